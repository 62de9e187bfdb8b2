"""Commands as children of this process: each in a group of its own, none outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from flows.lines import spoken

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 5.0

living: set[subprocess.Popen[bytes]] = set()


def start(words: Sequence[str], stdout: int | None = None, device: str | None = None) -> subprocess.Popen[bytes]:
    """Start a command in the checkout, on a leash; ``device`` is for its stage, unless the user has said another."""
    own = {"PYTHONUNBUFFERED": "1"} | ({"SR_DEVICE": device} if device else {})
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    child = subprocess.Popen(
        [sys.executable, "-m", "flows.leash", str(os.getpid()), *words],
        cwd=ROOT,
        env=own | os.environ | {"PATH": path},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout else None,
        bufsize=0,
    )
    living.add(child)
    return child


def followed(words: Sequence[str], say: Callable[[str], None], device: str | None = None) -> tuple[int, list[str]]:
    """Run a command and hand every line to ``say`` as it comes; return its exit status and all lines."""
    child = start(words, subprocess.PIPE, device)
    lines: list[str] = []
    try:
        assert child.stdout is not None
        with child.stdout as stream:
            for line in spoken(stream, time.monotonic):
                lines.append(line)
                say(line)
        return child.wait(), lines
    finally:
        end([child])


def end_all() -> None:
    """End every child that lives."""
    end(list(living))


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Interrupt the children's groups, as Ctrl-C would, and kill what is still there after five seconds."""
    for child in children:
        if child.poll() is None:
            _signal(child, signal.SIGINT)
    until = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, until - time.monotonic()))
        _signal(child, signal.SIGKILL)  # the group may outlive its leader
        child.wait()
        living.discard(child)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
