"""The user's own images: what is taken, and what is told."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.images.files import eight_bits, write_png
from pipeline.images.raw import develop
from pipeline.kinds import Store
from pipeline.sources.folder import Folder
from tests.clones import Clone


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Two images below ``own/mine``, one in a folder of its own, and a file that is no image."""
    (tmp_path / "own" / "mine" / "deep").mkdir(parents=True)
    for number, name in enumerate(("b.png", "deep/a.png")):
        write_png(tmp_path / "own" / "mine" / name, np.full((4, 5, 3), number, np.uint8))
    (tmp_path / "own" / "mine" / "notes.txt").write_text("not an image")
    return tmp_path / "own"


def told(own: Path, of: str = "mine") -> str:
    with pytest.raises(SourceError) as raised:
        list(Folder(of).samples(Store(own, own=own)))
    return str(raised.value)


def test_every_image_below_the_folder_is_a_sample(own: Path) -> None:
    samples = list(Folder("mine").samples(Store(own, own=own)))

    assert ["b", "deep/a"] == [sample.key for sample in samples]
    assert (samples[1].planes["hr"] == 1).all()


def test_the_images_may_be_what_is_to_be_enlarged(own: Path) -> None:
    assert {"lr"} == {
        plane for each in Folder("mine", plane="lr").samples(Store(own, own=own)) for plane in each.planes
    }


def test_a_link_to_a_folder_elsewhere_will_do(own: Path, tmp_path: Path) -> None:
    (own / "mine").rename(tmp_path / "elsewhere")
    (own / "mine").symlink_to(tmp_path / "elsewhere")

    assert 2 == len(list(Folder("mine").samples(Store(own, own=own))))


def test_the_receipt_sees_every_byte_and_every_name(own: Path) -> None:
    def receipt() -> str:
        return Folder("mine").fetch(Store(own, own=own)).sha256

    before = receipt()
    (own / "mine" / "b.png").rename(own / "mine" / "c.png")
    renamed = receipt()
    write_png(own / "mine" / "c.png", np.full((4, 5, 3), 9, np.uint8))

    assert 3 == len({before, renamed, receipt()})


def test_a_folder_that_is_not_there_is_answered_with_those_that_are(own: Path) -> None:
    assert "own/mien: is no folder; choices: mine" == told(own, "mien")
    assert "own/../own: is no folder; choices: mine" == told(own, "../own")
    assert f"own/{own}: is no folder; choices: mine" == told(own, str(own))


def test_two_files_with_the_same_image_are_named(own: Path) -> None:
    write_png(own / "mine" / "z.png", np.full((4, 5, 3), 1, np.uint8))

    assert "own/mine: deep/a.png and z.png hold the same image; remove one, or say `duplicates: keep`" == told(own)
    assert 3 == len(list(Folder("mine", duplicates="keep").samples(Store(own, own=own))))


def test_two_endings_of_one_name_are_told(own: Path) -> None:
    (own / "mine" / "b.jpg").write_bytes(b"")

    assert "own/mine: b.jpg and b.png differ in their ending alone; rename one" == told(own)


def test_a_broken_file_is_named(own: Path) -> None:
    (own / "mine" / "b.png").write_bytes((own / "mine" / "b.png").read_bytes()[:-9])

    assert told(own).endswith(
        "mine: b.png: is truncated; give a whole PNG, JPEG or BMP, grey or RGB, without transparency"
    )


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with raw-samples.zip")
def test_a_raw_file_is_developed(own: Path) -> None:
    name = "RAW_KODAK_DC50.KDC"
    data = zipfile.ZipFile(Path(os.environ["SR_MIRROR"], "raw-samples.zip")).read(f"raw/{name}")
    (own / "mine" / name).write_bytes(data)

    samples = {each.key: each.planes["hr"] for each in Folder("mine").samples(Store(own, own=own))}

    assert {"RAW_KODAK_DC50", "b", "deep/a"} == set(samples)
    assert np.array_equal(eight_bits(develop(data, name)), samples["RAW_KODAK_DC50"])


def test_a_raw_file_that_is_none_is_named(own: Path) -> None:
    (own / "mine" / "c.nef").write_bytes(b"hello")

    assert "c.nef: is no RAW file that can be developed" in told(own)


def test_a_folder_without_images_is_told(own: Path) -> None:
    (own / "empty").mkdir()

    assert "own/empty: holds no image; its files must end in .png, .jpg, .jpeg, .bmp, or be RAW" == told(own, "empty")


@pytest.mark.slow
def test_dvc_sees_an_image_that_is_added(copy: Clone) -> None:
    copy.edit("params.yaml", "  clips: {name: clips,", "  mine: {name: folder, of: mine}\n  clips: {name: clips,")
    (copy.path / "own" / "mine").mkdir()
    write_png(copy.path / "own" / "mine" / "a.png", np.zeros((4, 5, 3), np.uint8))
    first = copy.repro("pack@mine")
    write_png(copy.path / "own" / "mine" / "b.png", np.ones((4, 5, 3), np.uint8))

    second = copy.repro("pack@mine")

    assert ["fingerprint", "fetch@mine", "pack@mine"] == first
    assert ["fetch@mine", "pack@mine"] == second
