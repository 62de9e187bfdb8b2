"""Having an archive: from the store, from the mirror, or from where its owner offers it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.archives.download import NotThereError, download
from pipeline.archives.packing import Archive, Packing
from pipeline.errors import SourceError
from pipeline.kinds import Receipt, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Had:
    """A packing with the paths of its archives."""

    packing: Packing
    paths: tuple[Path, ...]

    def receipt(self) -> Receipt:
        """Tell which packing it is, with its size and one sum over all that it holds."""
        return receipt_of(self.packing.name, self.paths)


def receipt_of(name: str, paths: Iterable[Path]) -> Receipt:
    """Return the receipt of files and folders: their size, and their sha256 or, of several files, one over theirs."""
    files = [(file.relative_to(path.parent), file) for path in paths for file in _files(path)]
    size = sum(file.stat().st_size for _, file in files)
    if len(files) == 1:
        return Receipt(name, size, digest_of(files[0][1], "sha256"))
    sums = [f"{relative.as_posix()} {digest_of(file, 'sha256')}\n" for relative, file in files]
    return Receipt(name, size, hashlib.sha256("".join(sums).encode()).hexdigest())


def have(packings: Iterable[Packing], store: Store) -> Had:
    """Return the first of ``packings`` that can be had: without a download if any is, and else downloaded.

    Raises:
        SourceError: none can be had, naming what to put where; or an archive is not what its checksum says.
    """
    packings = tuple(packings)
    for reach in (_at_hand, _within_reach):
        for packing in packings:
            if all(reach(archive, store) for archive in packing.archives):
                paths = [_had(archive, store) for archive in packing.archives]
                found = tuple(path for path in paths if path is not None)
                if len(found) == len(packing.archives):
                    return Had(packing, found)
    raise SourceError(_wish(packings, store))


def digest_of(path: Path, algorithm: str) -> str:
    """Return the digest of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _at_hand(archive: Archive, store: Store) -> Path | None:
    """Return where the archive lies in a mirror that is a folder, or in the store; None when in neither."""
    folders = [Path(store.mirror)] if store.mirror and not _is_address(store.mirror) else []
    return next((path for folder in [*folders, store.folder] if (path := folder / archive.name).exists()), None)


def _within_reach(archive: Archive, store: Store) -> bool:
    """Tell whether the archive is at hand or somebody may offer it."""
    return _at_hand(archive, store) is not None or bool(_addresses(archive, store))


def _had(archive: Archive, store: Store) -> Path | None:
    path = _at_hand(archive, store)
    return _checked(path, archive) if path else _downloaded(archive, store)


def _downloaded(archive: Archive, store: Store) -> Path | None:
    """Return the archive, downloaded into the store; None when no address has it."""
    for address in _addresses(archive, store):
        try:
            return download(archive, address, store.folder)
        except NotThereError as error:
            log.info("%s", error)
    return None


def _addresses(archive: Archive, store: Store) -> list[str]:
    mirror = [f"{store.mirror.rstrip('/')}/{archive.name}"] if store.mirror and _is_address(store.mirror) else []
    return [*mirror, *archive.addresses]


def _checked(path: Path, archive: Archive) -> Path:
    algorithm, _, expected = archive.checksum.partition(":")
    if path.is_file() and expected and not digest_of(path, algorithm).startswith(expected):
        raise SourceError(
            f"{path}: is not {archive.name} as published: its {algorithm} is not {expected} ({archive.origin}); "
            "remove it, or put the right file there"
        )
    return path


def _wish(packings: tuple[Packing, ...], store: Store) -> str:
    """Return one line that says which archives to put where."""
    ways = [
        " and ".join(f"{each.name} ({each.origin})" if each.origin else each.name for each in packing.archives)
        for packing in packings
    ]
    place = store.folder if not store.mirror or _is_address(store.mirror) else store.mirror
    return f"{packings[0].name}: cannot be had here; put {', or '.join(ways)} into {place}"


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def _is_address(mirror: str) -> bool:
    return mirror.startswith(("http://", "https://"))
