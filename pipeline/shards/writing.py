"""Writing planes into shards."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.errors import SourceError
from pipeline.kinds import Sample
from pipeline.shards.index import Entry, Place, write_index

LIMIT = 256 * 2**20
"""Bytes after which a new shard is begun."""


class Writer:
    """Appends planes to the shards ``<plane>-000.bin``, ``<plane>-001.bin`` ... of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ends: dict[str, tuple[int, int]] = {}

    def add(self, plane: str, image: NDArray[Any]) -> Place:
        """Append ``image`` to the shards of ``plane`` and return where it lies."""
        number, end = self.ends.get(plane, (0, 0))
        if end >= LIMIT:
            number, end = number + 1, 0
        data = np.ascontiguousarray(image)
        shard = f"{plane}-{number:03d}.bin"
        with (self.folder / shard).open("ab") as file:
            file.write(data.data)
        self.ends[plane] = (number, end + data.nbytes)
        return Place(shard, end, data.shape, str(data.dtype), sha256_of(data))


def sha256_of(image: NDArray[Any]) -> str:
    """Return the sha256 of the pixels in C order."""
    return hashlib.sha256(np.ascontiguousarray(image).data).hexdigest()


def pack(samples: Iterable[Sample], content: Mapping[str, Any] | None, out: Path) -> None:
    """Write ``samples`` as shards into the folder ``out``, checking each against ``content`` where that is known.

    Raises:
        SourceError: when a sample's pixels are not the recorded ones, is missing, comes twice or is unknown.
    """
    with atomic.folder(out) as folder:
        writer = Writer(folder)
        entries = [
            Entry(
                sample.key,
                sample.member,
                {name: writer.add(name, image) for name, image in sample.planes.items()},
            )
            for sample in samples
        ]
        _compare(entries, content)
        write_index(folder, entries)


def link_shards(source: Path, places: Iterable[Place], folder: Path) -> None:
    """Have the shards that hold ``places`` in ``folder`` too: as a hard link where the file system can, else a copy."""
    for shard in sorted({place.shard for place in places}):
        try:
            os.link((source / shard).resolve(), folder / shard)
        except OSError:
            shutil.copyfile(source / shard, folder / shard)


def content_of(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return the content as a source records it: ``{key: {plane: {"shape", "sha256"}}}``."""
    return {
        entry.key: {name: {"shape": list(p.shape), "sha256": p.sha256} for name, p in entry.planes.items()}
        for entry in entries
    }


def _compare(entries: list[Entry], content: Mapping[str, Any] | None) -> None:
    faults = list(_faults(entries, content))
    if faults:
        raise SourceError("; ".join(faults))


def _faults(entries: list[Entry], content: Mapping[str, Any] | None) -> Iterator[str]:
    if not entries:
        yield "the source yields no image"
    keys = [entry.key for entry in entries]
    yield from (f"{key}: comes twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    if content is None:
        return
    found = content_of(entries)
    yield from (f"{key}: missing from what was fetched" for key in content if key not in found)
    yield from (f"{key}: not one of the recorded images" for key in found if key not in content)
    for key in sorted(content.keys() & found.keys()):
        if found[key] != content[key]:
            yield f"{key}: its pixels are not the recorded ones ({found[key]} instead of {content[key]})"
