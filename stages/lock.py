"""An exclusive lock for as long as a process lives."""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; wait a minute for a process that is just being killed, then give up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        until = time.monotonic() + PATIENCE_SECONDS
        while not _taken(file.fileno()):
            if time.monotonic() > until:
                raise PipelineError(f"{path}: another process is at the same training; wait for it or end it")
            log.info("%s: held by another process; waiting", path)
            time.sleep(1)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
