"""An exclusive lock for as long as a process lives."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; wait a minute for a process that is just being killed, then give up.

    The file is removed by its holder, while it is still held; who waited for the removed one opens the next.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE_SECONDS
    while (file := _taken(path)) is None:
        if time.monotonic() > until:
            raise PipelineError(f"{path}: another process is at the same training; wait for it or end it")
        log.info("%s: held by another process; waiting", path)
        time.sleep(1)
    with file:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Tell whether a process holds the lock file ``path``."""
    if not path.exists():
        return False
    with path.open("a") as file:
        return not _locked(file)


def _taken(path: Path) -> TextIO | None:
    """Open and lock the file ``path``; return None when another process holds it."""
    while True:
        file = path.open("a")
        if not _locked(file):
            file.close()
            return None
        if _is_still(path, file):
            return file
        file.close()


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, file: TextIO) -> bool:
    """Tell whether ``path`` is still the file that was opened, and not removed between opening and locking."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
