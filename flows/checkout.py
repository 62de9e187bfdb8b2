"""One run at a time in a checkout, and the end of runs that were killed."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.errors import TakenError

PATIENCE_SECONDS = 15.0


@contextmanager
def held(path: Path, run: str) -> Iterator[str]:
    """Hold the lock file ``path`` and write ``run`` into it; yield the id of the run that died holding it, or "".

    The kernel frees the lock when its holder dies, however it dies; an id that is still there then tells who.

    Raises:
        TakenError: when it is not free within fifteen seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+") as file:
        until = time.monotonic() + PATIENCE_SECONDS
        while not _locked(file.fileno()):
            if time.monotonic() > until:
                raise TakenError(path.read_text(encoding="utf-8"))
            time.sleep(0.5)
        dead = file.read()
        _write(path, run)
        yield dead
        _write(path, "")


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


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
