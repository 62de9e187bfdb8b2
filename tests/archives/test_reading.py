"""Archives that lie: what is read is right, or one clear error names the file."""

from __future__ import annotations

import gzip
import io
import random
import resource
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.archives import reading
from pipeline.archives.having import Had
from pipeline.archives.packing import Archive, Packing
from pipeline.archives.samples import samples
from pipeline.errors import SourceError
from pipeline.kinds import Sample

PLANES = {"hr": r"set/(?P<key>\w+)\.(png|jpg|bmp)"}


def pixels(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (20, 31, 3), np.uint8)


def png(seed: int) -> bytes:
    return bytes(cv2.imencode(".png", pixels(seed)[..., ::-1])[1])


FILES = {f"set/i{n}.png": png(n) for n in range(4)}


def zipped(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def unpacked(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def read(path: Path, count: int | None = 4, planes: dict[str, str] = PLANES) -> list[Sample]:
    return list(samples(Had(Packing((Archive(path.name),), planes), (path,)), count, path.parent / "scratch"))


def fault(path: Path, count: int | None = None) -> str:
    with pytest.raises(SourceError) as raised:
        read(path, count)
    (line,) = str(raised.value).splitlines()
    return line.replace(f"{path.parent}/", "")


WAYS: list[tuple[str, Callable[[Path], Path]]] = [
    ("a.zip", lambda path: zipped(path, FILES)),
    ("stored.zip", lambda path: zipped(path, FILES, zipfile.ZIP_STORED)),
    ("a.tar", lambda path: tarred(path, FILES)),
    ("a.tar.gz", lambda path: tarred(path, FILES, "w:gz")),
    ("a.tar.bz2", lambda path: tarred(path, FILES, "w:bz2")),
    ("a.tar.xz", lambda path: tarred(path, FILES, "w:xz")),
    ("a tar called.zip", lambda path: tarred(path, FILES)),
    ("folder", lambda path: unpacked(path, FILES)),
]


@pytest.mark.parametrize(("name", "make"), WAYS, ids=[name for name, _ in WAYS])
def test_every_packing_gives_the_same_samples(tmp_path: Path, name: str, make: Callable[[Path], Path]) -> None:
    found = read(make(tmp_path / name))

    assert ["i0", "i1", "i2", "i3"] == [sample.key for sample in found]
    assert all(np.array_equal(pixels(n), sample.planes["hr"]) for n, sample in enumerate(found))
    assert [] == list((tmp_path / "scratch").iterdir())


def test_pairs_of_planes_are_matched_by_their_key(tmp_path: Path) -> None:
    files = {"HR/1.png": png(1), "HR/2.png": png(2), "LR/1x2.png": png(3), "LR/2x2.png": png(4)}
    planes = {"hr": r"HR/(?P<key>\d)\.png", "lr": r"LR/(?P<key>\d)x2\.png"}

    first, second = read(zipped(tmp_path / "a.zip", files), 2, planes)

    assert np.array_equal(pixels(3), first.planes["lr"])
    assert np.array_equal(pixels(2), second.planes["hr"])


def test_a_sample_without_all_its_planes_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"HR/1.png": png(1), "HR/2.png": png(2), "LR/1x2.png": png(3)})

    with pytest.raises(SourceError, match=r"^a\.zip: holds 2 of 2 samples; 2 lacks its lr; the lr images lie at LR/"):
        read(path, 2, {"hr": r"HR/(?P<key>\d)\.png", "lr": r"LR/(?P<key>\d)x2\.png"})


def test_too_few_images_are_told_with_both_numbers(tmp_path: Path) -> None:
    assert fault(zipped(tmp_path / "a.zip", FILES), 5).startswith("a.zip: holds 4 of 5 samples; the hr images lie at ")


def test_an_archive_without_images_is_told_with_where_they_should_lie(tmp_path: Path) -> None:
    assert fault(zipped(tmp_path / "a.zip", {"other/x.png": png(0)})).startswith("a.zip: holds 0 of some samples;")


def test_one_image_under_two_endings_is_told_with_both_names(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"set/a.png": png(0), "set/a.bmp": b""})

    assert "a.zip: set/a.png and set/a.bmp are the same image twice" == fault(path)


BAD_IMAGES = [
    ("set/a.png", png(0)[:-20], "set/a.png: is truncated"),
    ("set/a.png", png(0)[:60] + b"????" + png(0)[64:], "set/a.png: is corrupt"),
    ("set/a.jpg", png(0), "set/a.jpg: is a PNG, not the JPEG that its name says"),
    ("set/a.png", b"<html>404</html>", "set/a.png: is no image that is read here"),
    ("set/a.png", b"", "set/a.png: is no image that is read here"),
]


@pytest.mark.parametrize(("name", "data", "expected"), BAD_IMAGES)
def test_a_bad_image_is_named_with_its_archive_and_the_reason(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    assert fault(zipped(tmp_path / "a.zip", {name: data})).startswith(f"a.zip: {expected}; give a whole PNG")


@pytest.mark.parametrize("name", ["../out.png", "/etc/out.png", "set/../../out.png", "..\\out.png", "C:/out.png"])
@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_path_that_leads_out_condemns_the_archive(
    tmp_path: Path, name: str, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    said = fault(make(tmp_path / "a", {**FILES, name: png(0)}))

    assert "a path that leads out of it; do not trust this file" in said


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_condemns_a_tar(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("set/a.png")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)

    assert "a.tar: holds 'set/a.png', which is no ordinary file; do not trust this file" == fault(tmp_path / "a.tar")


def test_a_link_condemns_a_zip(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("set/a.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")

    assert "a.zip: holds 'set/a.png', which is no ordinary file; do not trust this file" == fault(tmp_path / "a.zip")


def test_a_bomb_is_not_expanded(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"set/a.bmp": bytes(2**25)})

    assert "to 33554432 bytes or more; no image compresses like this" in fault(path)


def test_a_packed_tar_that_is_a_bomb_is_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(bytes(2**26)))

    assert "no image compresses like this" in fault(tmp_path / "a.tar.gz")
    assert [] == list((tmp_path / "scratch").iterdir())


def test_bounds_on_one_file_and_on_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", FILES)
    monkeypatch.setattr(reading, "TOTAL_LIMIT", 4 * len(png(0)) - 100)
    assert "a.zip: expands to" in fault(path)

    monkeypatch.undo()
    monkeypatch.setattr(reading, "MEMBER_LIMIT", 1000)
    assert "more than 1000; no image of a data set needs as many" in fault(path)


def test_a_zip_whose_directory_lies_about_a_size_is_damaged(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {"set/a.png": png(0)}).read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, len(png(0)) - 7)
    (tmp_path / "a.zip").write_bytes(data)

    assert fault(tmp_path / "a.zip").startswith("a.zip: set/a.png: is damaged or no zip or tar")


def test_two_files_of_one_name_condemn_a_zip(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"set/a.png": png(0)})
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("set/a.png", png(1))

    assert "a.zip: holds two files of one name" == fault(tmp_path / "a.zip")


def test_an_encrypted_zip_is_told(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {"set/a.png": png(0)}).read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    (tmp_path / "a.zip").write_bytes(data)

    said = fault(tmp_path / "a.zip")

    assert said.startswith("a.zip: set/a.png: is damaged or no zip or tar")
    assert "is encrypted" in said


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>not found</html>" * 50, bytes(2000)])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)

    assert fault(tmp_path / "a.zip").startswith(("a.zip: is damaged or no zip or tar", "a.zip: holds 0 of some"))


# --- mutations: right, or one clear error --------------------------------------------------------------------------


def jpeg(seed: int) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels(seed)[..., ::-1])[1])


def bmp(seed: int) -> bytes:
    return bytes(cv2.imencode(".bmp", pixels(seed)[..., ::-1])[1])


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Flip bits, cut, double, or overwrite four bytes with an absurd number."""
    body = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(body))
        kind = chance.choice(["flip", "flip", "number", "cut", "double"])
        if kind == "flip":
            body[place] ^= 1 << chance.randrange(8)
        elif kind == "number":
            body[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)])
        elif kind == "cut":
            del body[max(place, 1) :]
        else:
            body[place:place] = body[place : place + 100]
    return bytes(body)


def mutants(count: int, folder: Path) -> Iterator[Path]:
    """Yield archives with damage: in one of their images, or in themselves."""
    for number in range(count):
        chance = random.Random(number)
        files = {"set/a.png": png(0), "set/b.jpg": jpeg(1), "set/c.bmp": bmp(2)}
        if number % 3 == 0:
            name = chance.choice(sorted(files))
            files[name] = mutated(chance, files[name])
        path = folder / f"m{number}"
        if chance.random() < 0.5:
            zipped(path, files)
        else:
            tarred(path, files, chance.choice(["w", "w:gz"]))
        if number % 3:
            path.write_bytes(mutated(chance, path.read_bytes()))
        yield path


def outcomes(count: int, folder: Path) -> tuple[int, int]:
    """Read ``count`` mutants; return how many were read, with the pixels of what was not touched, and how many refused.

    A flipped bit inside a JPEG, or of a BMP, which has no sum, cannot be told from content.
    """
    taken = refused = 0
    for path in mutants(count, folder):
        said, found = "", []
        try:
            found = read(path, 3)
        except SourceError as error:
            said = str(error)
        assert 1 >= len(said.splitlines())
        assert all(np.array_equal(pixels(0), sample.planes["hr"]) for sample in found if sample.key == "a")
        taken, refused = taken + bool(found), refused + bool(said)
    assert count == taken + refused
    return taken, refused


def test_thirty_mutants_are_read_right_or_refused_in_one_line(tmp_path: Path) -> None:
    taken, refused = outcomes(30, tmp_path)

    assert taken >= 1
    assert refused >= 15


@pytest.mark.prove
def test_three_hundred_mutants_are_read_right_or_refused_in_one_line(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    taken, refused = outcomes(300, tmp_path)

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{taken} of 300 mutants read right, {refused} refused in one line; memory grew by {grown:.0f} MiB")  # noqa: T201
    assert taken >= 10
    assert refused >= 150
    assert grown < 1024
