"""Downloading an archive: resumed where a line was cut, checked while it streams, published whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from pipeline.archives.packing import Archive
from pipeline.errors import SourceError

log = logging.getLogger(__name__)

BLOCK = 2**18
ATTEMPTS = 6
"""How often in a row a line may fail without having brought a byte."""
FIRST_PAUSE = 1.0
"""Seconds before the second attempt; doubled for every further one."""
LONGEST_PAUSE = 60.0
TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next byte."""
ROOM = 64 * 2**20
"""Bytes to leave free on the disk."""
PASSING = (408, 425, 429, 500, 502, 503, 504)
"""The answers of a server that may answer otherwise a little later."""


class NotThereError(SourceError):
    """The address does not have the file; another one may."""


class CutError(Exception):
    """The line was cut, or the server is busy: worth another attempt."""


LINE = (CutError, requests.ConnectionError, requests.Timeout, HTTPError)
"""What a bad line raises."""


class Partial:
    """A file that is arriving: its bytes, their sum so far, and the tag under which the server offered them.

    Args:
        path: where the bytes lie; those of an earlier run are taken over.
        algorithm: of the sum, for instance ``md5``; empty for none.
    """

    def __init__(self, path: Path, algorithm: str) -> None:
        self.path = path
        self.algorithm = algorithm
        self._sum = self._summed()

    def append(self, blocks: Iterable[bytes]) -> None:
        """Append ``blocks``, summing while they stream."""
        with self.path.open("ab") as file:
            for block in blocks:
                file.write(block)
                self._sum.update(block)

    @property
    def digest(self) -> str:
        """The sum of what has arrived."""
        return self._sum.hexdigest()

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tag(self) -> str:
        """The server's validator of the version that is arriving, empty when it gave none."""
        side = self._side
        return side.read_text(encoding="utf-8") if side.exists() else ""

    def begin(self, tag: str) -> None:
        """Begin anew, with the version that has the validator ``tag``."""
        self.path.write_bytes(b"")
        self._side.write_text(tag, encoding="utf-8")
        self._sum = self._summed()

    def remove(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)
        self._side.unlink(missing_ok=True)
        self._sum = self._summed()

    def _summed(self) -> Any:
        """Return the sum of what lies there."""
        begun = hashlib.new(self.algorithm or "sha256", usedforsecurity=False)
        if self.path.exists():
            with self.path.open("rb") as file:
                while block := file.read(BLOCK):
                    begun.update(block)
        return begun

    @property
    def _side(self) -> Path:
        return self.path.with_name(f"{self.path.name}.tag")


def download(archive: Archive, address: str, folder: Path) -> Path:
    """Have ``archive`` from ``address`` in ``folder``; return its path.

    Raises:
        NotThereError: the address does not have it.
        SourceError: the line fails time and again, the disk is full, or what came is not the archive.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / archive.name
    with FileLock(folder / f"{archive.name}.lock"):
        if path.exists():
            return path  # another process brought it while this one waited
        partial = Partial(folder / f"{archive.name}.partial", archive.checksum.partition(":")[0])
        _arrive(archive, address, partial)
        _verify(archive, address, partial)
        with partial.path.open("rb+") as file:
            os.fsync(file.fileno())
        partial.path.replace(path)
        partial.remove()
    return path


def _arrive(archive: Archive, address: str, partial: Partial) -> None:
    """Fetch until all bytes are there, through cut lines and busy servers."""
    failures, most = 0, partial.size
    while True:
        try:
            _attempt(archive, address, partial)
            return
        except LINE as error:
            failures = 0 if partial.size > most else failures + 1
            most = max(most, partial.size)
            if failures == ATTEMPTS:
                raise SourceError(f"{address}: failed {ATTEMPTS} times in a row, at last with: {error}") from None
            pause = min(FIRST_PAUSE * 2 ** max(failures - 1, 0), LONGEST_PAUSE)
            log.info("%s: %s; again in %.0f s, from byte %d", archive.name, error, pause, partial.size)
            time.sleep(pause)
        except requests.RequestException as error:
            raise SourceError(f"{address}: {error}") from None


def _attempt(archive: Archive, address: str, partial: Partial) -> None:
    """Ask for what is missing and append it."""
    headers = {"Accept-Encoding": "identity"}
    if partial.size and (partial.tag or archive.checksum):  # without either, a mixture of versions would go unseen
        headers |= {"Range": f"bytes={partial.size}-"} | ({"If-Range": partial.tag} if partial.tag else {})
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.headers.get("Content-Range", "") == f"bytes */{partial.size}":
            return  # all of it had arrived before
        _judge(answer, address, partial)
        total = _total(answer, partial)
        _require_size(archive, address, total)
        if answer.status_code != HTTPStatus.PARTIAL_CONTENT:
            partial.begin(_tag(answer))
        _require_room(partial, total)
        with _bar(archive, partial.size, total) as bar:
            partial.append(_counted(answer, bar))
    if total is not None and partial.size < total:
        raise CutError(f"the line was cut after {partial.size} of {total} bytes")


def _counted(answer: requests.Response, bar: Any) -> Iterator[bytes]:
    """Yield what has come, however little: `iter_content` drops what a cut line brought of its last block."""
    while block := answer.raw.read1(BLOCK, decode_content=False):
        yield block
        bar.update(len(block))


def _verify(archive: Archive, address: str, partial: Partial) -> None:
    """Raise SourceError, and forget what came, unless it is the archive."""
    algorithm, _, expected = archive.checksum.partition(":")
    size, found = partial.size, partial.digest
    if not found.startswith(expected):
        partial.remove()
        raise SourceError(
            f"{address}: what came is not {archive.name}: its {algorithm} is {found}, not {expected} ({archive.origin})"
        )
    if archive.size not in (None, size):
        partial.remove()
        raise SourceError(f"{address}: sent {size} bytes, {archive.name} has {archive.size} ({archive.origin})")


def _judge(answer: requests.Response, address: str, partial: Partial) -> None:
    if answer.status_code in PASSING:
        raise CutError(f"the server answers {answer.status_code} {answer.reason}")
    if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        partial.remove()
        raise CutError("the server has no such range; beginning anew")
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise NotThereError(f"{address}: the server answers {answer.status_code} {answer.reason}")


def _total(answer: requests.Response, partial: Partial) -> int | None:
    """Return the size of the whole file, None when the server does not say."""
    if answer.status_code == HTTPStatus.PARTIAL_CONTENT:
        unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
        span, _, whole = rest.partition("/")
        if unit != "bytes" or not span.startswith(f"{partial.size}-") or not whole.isdigit():
            partial.remove()
            raise CutError(f"the server sent another range than asked for ({rest or 'none'}); beginning anew")
        return int(whole)
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None


def _tag(answer: requests.Response) -> str:
    """Return a validator strong enough for ``If-Range``, or nothing."""
    tag = answer.headers.get("ETag", "")
    return answer.headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag


def _require_size(archive: Archive, address: str, total: int | None) -> None:
    if archive.size is not None and total is not None and archive.size != total:
        raise SourceError(f"{address}: offers {total} bytes, {archive.name} has {archive.size} ({archive.origin})")


def _require_room(partial: Partial, total: int | None) -> None:
    free = shutil.disk_usage(partial.path.parent).free
    missing = (total or 0) - partial.size
    if missing + ROOM > free:
        raise SourceError(
            f"{partial.path.parent}: {missing / 1e9:.2f} GB are still to come, the disk has {free / 1e9:.2f} GB left; "
            "make room, or name a folder on a larger disk in SR_CACHE"
        )


def _bar(archive: Archive, done: int, total: int | None) -> Any:
    return tqdm(
        desc=archive.name,
        initial=done,
        total=total,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        disable=None,  # none where standard error is no terminal
    )
