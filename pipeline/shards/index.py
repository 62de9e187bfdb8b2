"""The index of a folder of shards: where each plane of each sample lies, and what its pixels must be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import DataError

INDEX = "index.jsonl"
DTYPES = ("uint8", "float32")


@dataclass(frozen=True)
class Place:
    """Where a plane lies: shard, byte offset, shape (H, W, C) or (T, H, W, C), number format, sha256 of its bytes."""

    shard: str
    offset: int
    shape: tuple[int, ...]
    dtype: str
    sha256: str


@dataclass(frozen=True)
class Entry:
    """One sample: its key, the member of a union it came from, its planes, and what chance decided for it.

    Args:
        scale: HR pixels per LR pixel, where pairs of several scales have drawn one for it.
    """

    key: str
    member: str
    planes: Mapping[str, Place]
    drawn: list[Any] = field(default_factory=list)
    scale: float | None = None


def write_index(folder: Path, entries: Iterable[Entry]) -> None:
    """Write how many samples there are, and one line of JSON for each."""
    lines = [json.dumps(_row(entry), sort_keys=True) for entry in entries]
    lines = [json.dumps({"samples": len(lines)}), *lines]
    (folder / INDEX).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_index(folder: Path) -> list[Entry]:
    """Return the samples of ``folder``; raise DataError when its index is missing or broken."""
    path = folder / INDEX
    try:
        head, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
        if json.loads(head)["samples"] != len(lines):
            raise ValueError(f"{len(lines)} samples; {head}")
        return [_entry(json.loads(line)) for line in lines]
    except FileNotFoundError:
        raise DataError(f"{path}: not found; run `dvc repro` to make it") from None
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise DataError(f"{path}: is broken ({error}); remove the folder and run `dvc repro`") from None


def digest(entries: Iterable[Entry]) -> str:
    """Return the content digest: sha256 over key, plane, shape and pixels, blind to packing and order."""
    rows = sorted(
        (entry.key, name, list(place.shape), place.sha256) for entry in entries for name, place in entry.planes.items()
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _row(entry: Entry) -> dict[str, Any]:
    row = asdict(entry)
    if entry.scale is None:
        del row["scale"]
    return row


def _entry(row: dict[str, Any]) -> Entry:
    planes = {name: _place(place) for name, place in row["planes"].items()}
    return Entry(row["key"], row["member"], planes, row["drawn"], row.get("scale"))


def _place(row: dict[str, Any]) -> Place:
    place = Place(**{**row, "shape": tuple(row["shape"])})
    if place.dtype not in DTYPES or min(place.offset, *place.shape) < 0:
        raise ValueError(f"{row} is no place of a plane")
    return place
