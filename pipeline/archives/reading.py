"""Reading archives without trusting them: nothing is unpacked, no path leaves, no link is followed, size has bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from pipeline.errors import SourceError

MEMBER_LIMIT = 2**28
"""Bytes of one file inside an archive; the largest images of the field have a tenth of it."""
RATIO_LIMIT = 250
"""Bytes that a compressed byte may become in a file over ``RATIO_FROM``; images hardly compress again."""
RATIO_FROM = 2**24
TOTAL_LIMIT = 2**38
"""Bytes of a whole archive."""
BLOCK = 2**20
BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)
"""What the standard library raises for damaged, encrypted (RuntimeError) or unknown (NotImplementedError) content."""


class Members(Protocol):
    """The files of an archive."""

    path: Path

    def names(self) -> list[str]:
        """Return the paths of the files inside, sorted."""

    def read(self, name: str) -> bytes:
        """Return the bytes of one file; may be called from several threads."""


class ZipMembers:
    """The files of a zip."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self.zip = stack.enter_context(zipfile.ZipFile(path))
        self.infos = {info.filename: info for info in self.zip.infolist() if not info.is_dir()}
        if len(self.infos) < sum(not info.is_dir() for info in self.zip.infolist()):
            raise SourceError(f"{path}: holds two files of one name")
        for info in self.infos.values():
            kind = stat.S_IFMT(info.external_attr >> 16)
            _require_file(path, info.filename, kind in (0, stat.S_IFREG))
            _require_size(path, info.filename, info.file_size, info.compress_size)
        _require_total(path, sum(info.file_size for info in self.infos.values()))

    def names(self) -> list[str]:
        return sorted(self.infos)

    def read(self, name: str) -> bytes:
        return self.zip.read(self.infos[name])


class TarMembers:
    """The files of a tar; a compressed one is first expanded into a file that has no name."""

    def __init__(self, path: Path, stack: ExitStack, scratch: Path) -> None:
        self.path = path
        self.file = stack.enter_context(_plain_tar(path, scratch))
        with tarfile.open(fileobj=self.file, mode="r:") as tar:
            infos = [info for info in tar.getmembers() if not info.isdir()]
        self.infos = {info.name: info for info in infos}
        if len(self.infos) < len(infos):
            raise SourceError(f"{path}: holds two files of one name")
        end = os.fstat(self.file.fileno()).st_size
        for info in infos:
            _require_file(path, info.name, info.isreg() and not info.issparse())
            _require_size(path, info.name, info.size, info.size)
            if info.offset_data + info.size > end:
                raise SourceError(f"{path}: is cut off inside {info.name}; remove it and run again")

    def names(self) -> list[str]:
        return sorted(self.infos)

    def read(self, name: str) -> bytes:
        info = self.infos[name]
        return os.pread(self.file.fileno(), info.size, info.offset_data)


class FolderMembers:
    """The files below a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if file.is_file()}
        for name, file in self.files.items():
            _require_size(path, name, file.stat().st_size, file.stat().st_size)

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return self.files[name].read_bytes()


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Members]:
    """Open a zip, a tar (also compressed) or a folder.

    Args:
        path: the archive; what it is decides its content, not its name.
        scratch: a folder with room for what a compressed tar expands to.

    Raises:
        SourceError: it is none of these, is damaged, or holds what no data set needs: links, devices, paths that lead
            out of it, files that expand beyond all bounds.
    """
    with ExitStack() as stack:
        with told(path):
            members: Members
            if path.is_dir():
                members = FolderMembers(path)
            elif zipfile.is_zipfile(path):
                members = ZipMembers(path, stack)
            else:
                members = TarMembers(path, stack, scratch)
        yield members


@contextmanager
def told(path: Path, name: str = "") -> Iterator[None]:
    """Turn what the standard library raises for a damaged archive into one line."""
    try:
        yield
    except SourceError:
        raise
    except BROKEN as error:
        where = f"{path}: {name}" if name else f"{path}"
        raise SourceError(f"{where}: is damaged or no zip or tar ({error}); remove it and run again") from None


@contextmanager
def _plain_tar(path: Path, scratch: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        start = file.read(6)
        openers: Mapping[bytes, type] = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": lzma.LZMAFile}
        opener = next((each for magic, each in openers.items() if start.startswith(magic)), None)
        file.seek(0)
        if opener is None:
            yield file
            return
        with opener(path) as packed, tempfile.TemporaryFile(dir=scratch) as plain:
            _expand(path, packed, plain)
            yield plain


def _expand(path: Path, packed: IO[bytes], plain: IO[bytes]) -> None:
    size, compressed = 0, path.stat().st_size
    while block := packed.read(BLOCK):
        size += len(block)
        _require_size(path, "", size, compressed)
        _require_total(path, size)
        plain.write(block)
    plain.seek(0)


def _require_file(path: Path, name: str, regular: bool) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0].startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        raise SourceError(f"{path}: holds {name!r}, a path that leads out of it; do not trust this file")
    if not regular:
        raise SourceError(f"{path}: holds {name!r}, which is no ordinary file; do not trust this file")


def _require_size(path: Path, name: str, size: int, compressed: int) -> None:
    where = f"{path}: {name}" if name else f"{path}"
    if name and size > MEMBER_LIMIT:
        raise SourceError(f"{where}: has {size} bytes, more than {MEMBER_LIMIT}; no image of a data set needs as many")
    if size > RATIO_FROM and size > RATIO_LIMIT * max(compressed, 1):
        raise SourceError(f"{where}: expands from {compressed} to {size} bytes or more; no image compresses like this")


def _require_total(path: Path, size: int) -> None:
    if size > TOTAL_LIMIT:
        raise SourceError(f"{path}: expands to {size} bytes, more than {TOTAL_LIMIT}; do not trust this file")
