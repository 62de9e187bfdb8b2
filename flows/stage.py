"""One stage as one Prefect task."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from contextlib import nullcontext

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.concurrency.sync import concurrency
from prefect.states import Failed

from flows.children import followed
from flows.devices import LEASE_SECONDS, LIMIT
from flows.repository import alone, ended
from flows.walk import End

SHOWN_LINES = 20
CHATTER = re.compile(
    r"didn't change, skipping$|^To (track the changes with git|enable auto staging), run:$|^\s+(git add|dvc config) "
    r"|^Updating lock file|^Use `dvc push` to send"
)


@task(name="stage", task_run_name="{stage}", cache_policy=NO_CACHE, persist_result=False)
def make(stage: str, force: bool, lease: bool, device: str) -> End | State[None]:
    """Make one stage whose inputs are made; with ``lease`` it holds one of the server's devices as long.

    Returns:
        how it ended; when it failed, that state, with its last lines.
    """
    # A lease that cannot be renewed, because the server is away, must not end a training that has run for hours.
    kept = concurrency(LIMIT, strict=True, lease_duration=LEASE_SECONDS, raise_on_lease_renewal_failure=False)
    with kept if lease else nullcontext():
        lines = spoken(stage, alone(stage, force), device)
    return lines if isinstance(lines, State) else ended(stage, lines)


@task(name="command", task_run_name="{title}", cache_policy=NO_CACHE, persist_result=False)
def command(title: str, words: Sequence[str]) -> list[str] | State[None]:
    """Run a command that is no stage; return its lines, or, when it failed, that state."""
    return spoken(title, words)


def spoken(title: str, words: Sequence[str], device: str = "") -> list[str] | State[None]:
    """Run a command, log its lines as they come, and return them, or, when it failed, that state with the last ones."""
    log = get_run_logger()
    status, lines = followed(words, lambda line: log.log(weight(line), "%s", line), device or None)
    if not status:
        return lines
    said = f"{title} failed with exit status {status}; its last lines:"
    return Failed(message="\n".join([said, *lines[-SHOWN_LINES:]]))


def weight(line: str) -> int:
    """Return the level of the log for a line; what DVC passes over, or advises, is no news."""
    return logging.DEBUG if CHATTER.search(line) else logging.INFO
