"""A source whose images come in archives, and the record of what their pixels must be."""

from __future__ import annotations

import inspect
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.archives.having import have
from pipeline.archives.packing import Packing
from pipeline.archives.samples import samples
from pipeline.images.files import read
from pipeline.kinds import Receipt, Sample, Source, Store

Content: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]


class ArchiveSource(Source):
    """A data set that comes in one of several packings.

    What it guarantees is its content: shape and sha256 of every plane's pixels, in the JSON file beside its module,
    which ``python -m stages record`` writes once the images could be had. ``lr`` names the set's own LR that is wanted
    beside HR, or is ``none``.
    """

    lr: str = "none"

    @property
    @abstractmethod
    def packings(self) -> tuple[Packing, ...]:
        """The packings, the one to prefer first."""

    @property
    @abstractmethod
    def count(self) -> int | None:
        """How many samples the set, or this split of it, has; None where nobody says."""

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """The name in the record of each plane: ``lr`` of one scale is another plane there than ``lr`` of another."""
        return {"hr": "hr"} | ({} if self.lr == "none" else {"lr": f"lr_{self.lr}"})

    def includes(self, key: str) -> bool:
        """Tell whether the record's ``key`` belongs to this split of the set."""
        return True

    def decode(self, data: bytes, name: str) -> NDArray[np.uint8]:
        """Return the pixels (H, W, C) of the file ``name``; raise ImageError when it is not what its name says."""
        return read(data, name)

    def fetch(self, store: Store) -> Receipt:
        """Have the archives of one packing, from the mirror, the store or their owner, checked."""
        return have(self.packings, store).receipt()

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the samples, sorted by key."""
        yield from samples(have(self.packings, store), self.count, store.folder, self.decode)

    def content(self) -> Content | None:
        """Return the recorded pixels, None where nobody has recorded all of them."""
        record, names = self._read(), self.recorded_as
        own = {key: planes for key, planes in record.items() if self.includes(key)}
        if (
            not own
            or len(own) < (self.count or 0)
            or any(name not in planes for planes in own.values() for name in names.values())
        ):
            return None
        return {key: {plane: planes[name] for plane, name in names.items()} for key, planes in own.items()}

    def record(self, content: Content) -> Path:
        """Add ``content``, what was packed of this source, to the record; return its path."""
        record, names = self._read(), self.recorded_as
        for key, planes in content.items():
            record[key] = {**record.get(key, {}), **{names[plane]: what for plane, what in planes.items()}}
        lines = [f"{json.dumps(key)}: {json.dumps(record[key], sort_keys=True)}" for key in sorted(record)]
        atomic.write_text(self._path, "{\n" + ",\n".join(lines) + "\n}\n")
        return self._path

    @property
    def _path(self) -> Path:
        return Path(inspect.getfile(type(self))).with_suffix(".json")

    def _read(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8")) if self._path.is_file() else {}
        return record
