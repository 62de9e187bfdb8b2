"""Shards: what is packed is read back to the byte, or the fault is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import DataError, SourceError
from pipeline.kinds import Sample
from pipeline.shards import writing
from pipeline.shards.index import digest
from pipeline.shards.reading import Shards
from pipeline.shards.writing import content_of, pack

SHAPES: list[dict[str, tuple[int, ...]]] = [{"hr": (5, 7, 3)}, {"hr": (4, 6, 1), "lr": (2, 3, 1)}, {"hr": (3, 4, 4, 3)}]


def samples() -> list[Sample]:
    rng = np.random.default_rng(0)
    return [
        Sample(f"s{i}", {name: rng.integers(0, 256, shape, np.uint8) for name, shape in planes.items()}, f"m{i % 2}")
        for i, planes in enumerate(SHAPES)
    ]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    pack(samples(), None, tmp_path / "shards")
    return tmp_path / "shards"


@pytest.mark.parametrize("limit", [1, 100, 2**20])
def test_planes_come_back_to_the_byte_from_shards_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(writing, "LIMIT", limit)

    pack(samples(), None, tmp_path / "shards")

    shards = Shards(tmp_path / "shards")
    for wanted, entry in zip(samples(), shards.entries, strict=True):
        assert (wanted.key, wanted.member) == (entry.key, entry.member)
        assert wanted.planes.keys() == entry.planes.keys()
        assert all(np.array_equal(wanted.planes[name], shards.plane(entry, name)) for name in wanted.planes)


def test_the_same_samples_make_the_same_bytes(tmp_path: Path, packed: Path) -> None:
    pack(samples(), None, tmp_path / "again")

    names = sorted(path.name for path in packed.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((packed / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_the_content_digest_is_blind_to_order_and_sees_every_pixel(tmp_path: Path, packed: Path) -> None:
    changed = samples()
    changed[1].planes["lr"][0, 0, 0] ^= 1
    pack(samples()[::-1], None, tmp_path / "turned")
    pack(changed, None, tmp_path / "changed")

    assert Shards(packed).digest() == Shards(tmp_path / "turned").digest()
    assert Shards(packed).digest() != Shards(tmp_path / "changed").digest()


def test_a_source_that_dies_half_way_leaves_the_folder_as_it_was(packed: Path) -> None:
    def dying() -> Iterator[Sample]:
        yield samples()[0]
        raise SourceError("the line was cut")

    before = digest(Shards(packed).entries)

    with pytest.raises(SourceError, match="the line was cut"):
        pack(dying(), None, packed)

    assert before == digest(Shards(packed).entries)
    assert [packed] == list(packed.parent.iterdir())


def without(content: dict[str, Any], key: str) -> dict[str, Any]:
    return {each: planes for each, planes in content.items() if each != key}


def test_pixels_that_are_not_the_recorded_ones_are_named(tmp_path: Path, packed: Path) -> None:
    content = content_of(Shards(packed).entries)
    content["s1"]["hr"]["sha256"] = "0" * 64

    with pytest.raises(SourceError, match=r"^s1: its pixels are not the recorded ones"):
        pack(samples(), content, tmp_path / "other")


def test_images_that_lack_come_twice_or_are_unknown_are_named(tmp_path: Path, packed: Path) -> None:
    content = content_of(Shards(packed).entries)

    with pytest.raises(SourceError, match=r"^s2: missing"):
        pack(samples()[:2], content, tmp_path / "other")
    with pytest.raises(SourceError, match=r"^s2: not one of the recorded images$"):
        pack(samples(), without(content, "s2"), tmp_path / "other")
    with pytest.raises(SourceError, match=r"^s0: comes twice"):
        pack([*samples(), samples()[0]], None, tmp_path / "other")
    with pytest.raises(SourceError, match="yields no image"):
        pack([], None, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("damage", ["cut", "lost shard", "lost index", "broken index"])
def test_a_damaged_folder_is_one_line_that_names_the_file(packed: Path, damage: str) -> None:
    shard, index = packed / "hr-000.bin", packed / "index.jsonl"
    if damage == "cut":
        shard.write_bytes(shard.read_bytes()[:-1])
    elif damage == "lost shard":
        shard.unlink()
    elif damage == "lost index":
        index.unlink()
    else:
        index.write_text(index.read_text()[:-5])

    with pytest.raises(DataError) as raised:
        [Shards(packed).planes(entry) for entry in Shards(packed).entries]

    (line,) = str(raised.value).splitlines()
    assert line.startswith(str(index if "index" in damage else shard))
