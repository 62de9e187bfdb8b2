"""The user's own images: a folder inside ``own/`` of the checkout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from pipeline.archives.having import receipt_of
from pipeline.archives.reading import FolderMembers
from pipeline.archives.samples import decoded
from pipeline.errors import SourceError
from pipeline.images import formats, raw
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Folder"]

ENDINGS = (*formats.ENDINGS, *raw.ENDINGS)


class Folder(Source):
    """Every PNG, JPEG and BMP file below a folder, and every RAW file of a camera, developed with default settings.

    Args:
        of: the folder's path inside ``own/``; it may be a link to a folder elsewhere.
        plane: ``hr`` for images to learn from or to judge on, ``lr`` for images to enlarge.
        duplicates: ``refuse`` two files with equal pixels, or ``keep`` both.
    """

    def __init__(
        self, of: str, plane: Literal["hr", "lr"] = "hr", duplicates: Literal["refuse", "keep"] = "refuse"
    ) -> None:
        self.of = of
        self.plane = plane
        self.duplicates = duplicates

    def fetch(self, store: Store) -> Receipt:
        """Look at the files; nothing is copied."""
        return receipt_of(f"own/{self.of}", [self._path(store)])

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the images under their paths without ending, sorted."""
        members = FolderMembers(self._path(store))
        files: dict[str, str] = {}
        for name in members.names():
            path = PurePosixPath(name)
            if path.suffix.lower() not in ENDINGS or path.name.startswith("."):
                continue
            key = path.with_suffix("").as_posix()
            if key in files:
                raise SourceError(f"own/{self.of}: {files[key]} and {name} differ in their ending alone; rename one")
            files[key] = name
        if not files:
            raise SourceError(
                f"own/{self.of}: holds no image; its files must end in {', '.join(formats.ENDINGS)}, or be RAW"
            )
        seen: dict[str, str] = {}
        for sample in decoded({key: {self.plane: (members, name)} for key, name in files.items()}, raw.read):
            pixels = sample.planes[self.plane]
            digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
            if digest in seen and self.duplicates == "refuse":
                raise SourceError(
                    f"own/{self.of}: {files[seen[digest]]} and {files[sample.key]} hold the same image; remove one, "
                    "or say `duplicates: keep`"
                )
            seen[digest] = sample.key
            yield sample

    def content(self) -> None:
        """Return None: what a user has is what it is."""

    def _path(self, store: Store) -> Path:
        assert store.own is not None, "the stage says where the user's images are"
        path = store.own / self.of
        inside = PurePosixPath(self.of)
        if inside.is_absolute() or ".." in inside.parts or not path.is_dir():
            there = sorted(each.name for each in store.own.glob("*") if each.is_dir())
            raise SourceError(f"own/{self.of}: is no folder; choices: {', '.join(there) or 'none, make one'}")
        return path
