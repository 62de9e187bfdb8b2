"""Reading planes from shards by memory map."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.shards.index import Entry, Place, digest, read_index


class Shards:
    """A folder of shards: its samples, and their planes as read-only arrays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries = read_index(folder)
        self._planes: dict[Place, NDArray[Any]] = {}
        self._maps: dict[str, NDArray[np.uint8]] = {}

    def plane(self, entry: Entry, name: str) -> NDArray[Any]:
        """Return the plane ``name`` of ``entry``, (H, W, C) or (T, H, W, C), without copying it; checked once."""
        place = entry.planes[name]
        if place not in self._planes:
            self._planes[place] = self._checked(place, entry.key)
        return self._planes[place]

    def planes(self, entry: Entry) -> Mapping[str, NDArray[Any]]:
        """Return all planes of ``entry``."""
        return {name: self.plane(entry, name) for name in entry.planes}

    def places(self, name: str) -> list[Place]:
        """Return where the planes called ``name`` lie, over all samples."""
        return [entry.planes[name] for entry in self.entries if name in entry.planes]

    def digest(self) -> str:
        """Return the content digest of all samples."""
        return digest(self.entries)

    def _checked(self, place: Place, key: str) -> NDArray[Any]:
        data = self._map(place.shard)
        size = math.prod(place.shape) * np.dtype(place.dtype).itemsize
        if place.offset + size > len(data):
            raise DataError(f"{self.folder / place.shard}: is cut short at {key}; remove it and run `dvc repro`")
        pixels = data[place.offset : place.offset + size]
        if hashlib.sha256(pixels.data).hexdigest() != place.sha256:
            raise DataError(f"{self.folder / place.shard}: is damaged at {key}; remove it and run `dvc repro`")
        return pixels.view(place.dtype).reshape(place.shape)

    def _map(self, shard: str) -> NDArray[np.uint8]:
        if shard not in self._maps:
            path = self.folder / shard
            if not path.is_file():
                raise DataError(f"{path}: not found; run `dvc repro` to make it")
            empty = path.stat().st_size == 0  # which the system does not map
            mapped = np.empty(0, np.uint8) if empty else np.memmap(path, dtype=np.uint8, mode="r")
            self._maps[shard] = np.asarray(mapped)  # a view: slices of a memmap itself are slow to make
        return self._maps[shard]
