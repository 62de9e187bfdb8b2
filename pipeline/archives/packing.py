"""How a data set comes: archives, and where in them its images lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """A zip or tar file, or a folder of the mirror.

    Args:
        name: the file's name, in the mirror and in the store alike; without an ending it is a folder.
        addresses: where the owner of the set, or who packed it, offers the file.
        checksum: ``md5:...`` or ``sha256:...``, where one is published; its first digits, where no more of them are.
        origin: where the addresses and the checksum were read; a page for those who must fetch it by hand.
        size: bytes, where published.
    """

    name: str
    addresses: tuple[str, ...] = ()
    checksum: str = ""
    origin: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Packing:
    """One way to have a whole data set: the archives it takes, and where its images lie.

    Args:
        archives: what must be had.
        planes: for each plane a regular expression that the whole path of an image inside an archive matches; the
            group ``key`` is what all planes of one sample have in common.
    """

    archives: tuple[Archive, ...]
    planes: Mapping[str, str]

    @property
    def name(self) -> str:
        """The names of its archives."""
        return " + ".join(archive.name for archive in self.archives)
