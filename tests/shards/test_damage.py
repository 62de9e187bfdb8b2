"""Shards of every content are true to their index; links share bytes; a broken line of the index is told."""

from __future__ import annotations

import hashlib
import json
import math
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.kinds import Sample
from pipeline.shards import writing
from pipeline.shards.index import INDEX, Entry, Place, digest, read_index, write_index
from pipeline.shards.reading import Shards
from pipeline.shards.writing import Writer, link_shards, pack

SHAPES = arrays.array_shapes(min_dims=3, max_dims=4, max_side=5)
PLANES = arrays.arrays(np.uint8, SHAPES) | arrays.arrays(np.float32, SHAPES)
PLACE = {"shard": "hr-000.bin", "offset": 0, "shape": [1, 1, 3], "dtype": "uint8", "sha256": "0"}


def levels(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Two samples of two planes each."""
    planes = [{"hr": levels(4, 6, 3), "lr": levels(2, 3, 3)}, {"hr": levels(2, 2, 3), "lr": levels(1, 1, 3)}]
    pack([Sample(f"s{n}", each) for n, each in enumerate(planes)], None, tmp_path / "shards")
    return tmp_path / "shards"


@settings(max_examples=40, deadline=None)
@given(st.lists(PLANES, min_size=1, max_size=5), st.integers(1, 200), st.text(st.characters(codec="utf-8")))
def test_any_plane_is_read_back_to_the_byte(images: list[NDArray[Any]], limit: int, key: str) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "LIMIT", limit)
        folder, writer = Path(name), Writer(Path(name))
        places = [writer.add("hr", image) for image in images]
        write_index(folder, [Entry(f"{key}{n}", key, {"hr": place}) for n, place in enumerate(places)])
        shards = Shards(folder)

        for n, (image, entry) in enumerate(zip(images, shards.entries, strict=True)):
            found = shards.plane(entry, "hr")
            assert (f"{key}{n}", key, image.dtype, image.shape) == (entry.key, entry.member, found.dtype, found.shape)
            assert image.tobytes() == found.tobytes()


def test_a_turned_image_is_packed_as_it_is_seen(tmp_path: Path) -> None:
    image = levels(4, 5, 3).swapaxes(0, 1)[:, ::-1]
    pack([Sample("a", {"hr": image})], None, tmp_path)

    assert np.array_equal(image, Shards(tmp_path).plane(Shards(tmp_path).entries[0], "hr"))


def test_the_index_says_where_the_bytes_lie_and_what_they_are(packed: Path) -> None:
    for line in (packed / INDEX).read_text().splitlines()[1:]:
        for place in json.loads(line)["planes"].values():
            end = place["offset"] + math.prod(place["shape"])
            data = (packed / place["shard"]).read_bytes()[place["offset"] : end]
            assert hashlib.sha256(data).hexdigest() == place["sha256"]


def test_a_shard_ends_with_the_first_plane_that_fills_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LIMIT", 24)
    writer = Writer(tmp_path)
    places = [writer.add("hr", levels(2, 2, 3)) for _ in range(5)]
    places.append(writer.add("lr", levels(2, 2, 3)))

    assert [("hr-000.bin", 0), ("hr-000.bin", 12), ("hr-001.bin", 0), ("hr-001.bin", 12), ("hr-002.bin", 0)] == [
        (place.shard, place.offset) for place in places[:5]
    ]
    assert ("lr-000.bin", 0) == (places[5].shard, places[5].offset)
    assert {"hr-000.bin": 24, "hr-001.bin": 24, "hr-002.bin": 12, "lr-000.bin": 12} == {
        path.name: path.stat().st_size for path in tmp_path.iterdir()
    }


def test_what_is_read_cannot_be_written(packed: Path) -> None:
    shards = Shards(packed)

    with pytest.raises(ValueError, match="read-only"):
        shards.plane(shards.entries[0], "hr")[0, 0, 0] = 1


def test_all_planes_of_a_sample_and_all_places_of_a_plane_are_found(packed: Path) -> None:
    shards = Shards(packed)

    assert {"hr": (4, 6, 3), "lr": (2, 3, 3)} == {
        name: image.shape for name, image in shards.planes(shards.entries[0]).items()
    }
    assert [(2, 3, 3), (1, 1, 3)] == [place.shape for place in shards.places("lr")]
    assert [] == shards.places("ref")


def entry(key: str = "a", plane: str = "hr", **changes: Any) -> Entry:
    return Entry(key, "", {plane: Place(**{**PLACE, "shape": (1, 1, 3), **changes})})


@pytest.mark.parametrize("other", [entry("b"), entry(plane="lr"), entry(shape=(1, 3, 1)), entry(sha256="1")])
def test_the_content_digest_sees_key_plane_shape_and_pixels(other: Entry) -> None:
    assert digest([entry()]) != digest([other])


def test_the_content_digest_is_blind_to_packing() -> None:
    assert digest([entry()]) == digest([entry(shard="hr-007.bin", offset=9)])


def test_an_index_keeps_what_chance_decided(tmp_path: Path) -> None:
    entries = [Entry("a", "m", {"hr": entry().planes["hr"]}, [{"size": [3, 4], "factor": 0.1}, {}]), entry("b")]
    write_index(tmp_path, entries)

    assert entries == read_index(tmp_path)


LINES: dict[str, bytes] = {
    "no JSON": b"{",
    "no object": b"null",
    "a list": b"[1, 2]",
    "not UTF-8": b'"\xff"',
    "no planes": json.dumps({"key": "a", "member": "", "drawn": []}).encode(),
    "no key": json.dumps({"planes": {"hr": PLACE}, "member": "", "drawn": []}).encode(),
    "a place that lacks its shard": json.dumps(
        {"key": "a", "member": "", "drawn": [], "planes": {"hr": {"shape": [1, 1, 3]}}}
    ).encode(),
    "planes that are null": json.dumps({"key": "a", "member": "", "drawn": [], "planes": None}).encode(),
    "a place before the beginning": json.dumps(
        {"key": "a", "member": "", "drawn": [], "planes": {"hr": {**PLACE, "offset": -1}}}
    ).encode(),
    "a number format of its own": json.dumps(
        {"key": "a", "member": "", "drawn": [], "planes": {"hr": {**PLACE, "dtype": "uint7"}}}
    ).encode(),
    "a place with a stranger": json.dumps(
        {"key": "a", "member": "", "drawn": [], "planes": {"hr": {**PLACE, "size": 3}}}
    ).encode(),
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_broken_line_of_the_index_is_one_line_that_names_the_file(packed: Path, line: bytes) -> None:
    *kept, _ = (packed / INDEX).read_bytes().splitlines()
    (packed / INDEX).write_bytes(b"\n".join([*kept, line]))

    with pytest.raises(DataError) as raised:
        Shards(packed)

    (told,) = str(raised.value).splitlines()
    assert told.startswith(f"{packed / INDEX}: is broken (")
    assert told.endswith("); remove the folder and run `dvc repro`")


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_an_index_that_lost_its_last_lines_does_not_pass_for_a_smaller_set(packed: Path, lines: int) -> None:
    kept = (packed / INDEX).read_bytes().splitlines(keepends=True)[:lines]
    (packed / INDEX).write_bytes(b"".join(kept))

    with pytest.raises(DataError, match=r"index\.jsonl: is broken"):
        Shards(packed)


def test_a_flipped_bit_in_a_shard_is_told_with_the_image_it_is_in(packed: Path) -> None:
    data = bytearray((packed / "hr-000.bin").read_bytes())
    data[75] ^= 1
    (packed / "hr-000.bin").write_bytes(data)
    first, second = Shards(packed).entries

    assert Shards(packed).plane(first, "hr").size == 72
    with pytest.raises(DataError, match=r"hr-000\.bin: is damaged at s1; remove it and run `dvc repro`$"):
        Shards(packed).plane(second, "hr")


@pytest.mark.parametrize("kept", [0, 1, 83, 84])
def test_a_shard_that_is_cut_names_the_first_image_that_it_lacks(packed: Path, kept: int) -> None:
    shard = packed / "hr-000.bin"
    assert 84 == shard.stat().st_size
    os.truncate(shard, kept)
    shards = Shards(packed)

    fine = [each.key for each in shards.entries if kept >= {"s0": 72, "s1": 84}[each.key]]
    for each in shards.entries:
        if each.key in fine:
            assert np.array_equal(levels(*each.planes["hr"].shape), shards.plane(each, "hr"))
        else:
            with pytest.raises(
                DataError, match=rf"^{shard}: is cut short at {each.key}; remove it and run `dvc repro`$"
            ):
                shards.plane(each, "hr")


def test_only_the_shards_that_are_wanted_are_linked_and_share_their_bytes(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    link_shards(packed, Shards(packed).places("hr"), tmp_path / "linked")

    assert ["hr-000.bin"] == [path.name for path in (tmp_path / "linked").iterdir()]
    assert (tmp_path / "linked" / "hr-000.bin").samefile(packed / "hr-000.bin")


def test_a_shard_that_is_itself_a_link_is_linked_to_its_target(packed: Path, tmp_path: Path) -> None:
    (packed / "hr-000.bin").rename(tmp_path / "cached")
    (packed / "hr-000.bin").symlink_to(tmp_path / "cached")
    (tmp_path / "linked").mkdir()
    link_shards(packed, Shards(packed).places("hr"), tmp_path / "linked")

    assert not (tmp_path / "linked" / "hr-000.bin").is_symlink()
    assert (tmp_path / "linked" / "hr-000.bin").samefile(tmp_path / "cached")


def test_where_no_link_can_be_made_the_bytes_are_copied(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_paths: Path) -> None:
        raise OSError("another file system")

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / "linked").mkdir()
    link_shards(packed, Shards(packed).places("lr"), tmp_path / "linked")

    assert (packed / "lr-000.bin").read_bytes() == (tmp_path / "linked" / "lr-000.bin").read_bytes()
    assert not (tmp_path / "linked" / "lr-000.bin").samefile(packed / "lr-000.bin")
