"""One run at a time in a checkout, and the end of runs that were killed."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.errors import TakenError

PATIENCE_SECONDS = 15.0


@contextmanager
def held(path: Path, run: str) -> Iterator[list[str]]:
    """Hold the lock file ``path`` for ``run``; yield the ids of the runs that ended without a word.

    Every run locks a file of its own beside it as well. The kernel frees a lock when its holder dies, however it
    dies: a file that is still there and not locked is that of a run that is over, whether it held or waited.

    Raises:
        TakenError: when it is not free within fifteen seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{run}.run")
    with _opened(own) as mine, _opened(path) as file:
        _locked(mine.fileno())
        until = time.monotonic() + PATIENCE_SECONDS
        while not _locked(file.fileno()):
            if time.monotonic() > until:
                raise TakenError(path.read_text(encoding="utf-8"))
            time.sleep(0.5)
        path.write_text(run, encoding="utf-8")
        yield [each.stem for each in sorted(path.parent.glob("*.run")) if each != own and _left(each)]
        own.unlink()


def sweep(run: str) -> bool:
    """Mark a run whose process is known to be dead as crashed, if Prefect still takes it for alive; say whether."""
    with get_client(sync_client=True) as client:
        try:
            state = client.read_flow_run(UUID(run)).state
        except ObjectNotFound:  # another server's, or deleted
            return False
        if state is None or state.is_final():
            return False
        client.set_flow_run_state(UUID(run), Crashed(message="its process was killed"), force=True)
        return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _left(path: Path) -> bool:
    """Tell whether nobody holds a run's file any more, and then remove it."""
    with _opened(path) as file:
        if not _locked(file.fileno()):
            return False
        path.unlink()
        return True


def _opened(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+")
