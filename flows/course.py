"""A run of stages, side by side where the graph allows, in the Prefect flow that calls it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Sequence
from typing import Any

from prefect import get_run_logger
from prefect.futures import PrefectFuture, as_completed

from flows import repository
from flows.devices import devices
from flows.errors import FlowError
from flows.graph import Graph
from flows.stage import command, make
from flows.walk import End, Walk

STAGES = (sys.executable, "-m", "stages")


def look() -> None:
    """Check params.yaml, and say how much disk it needs, as ``make repro`` does.

    Raises:
        FlowError: when params.yaml does not hold.
    """
    for verb in ("check", "disk"):
        done(verb, [*STAGES, verb])


def done(title: str, words: Sequence[str]) -> list[str]:
    """Run a command as a task, and return its lines.

    Raises:
        FlowError: when it fails, with its last lines.
    """
    state = command(title, words, return_state=True)
    if not state.is_completed():
        raise FlowError(state.message or f"{title}: {state.name}")
    lines = state.result()
    assert isinstance(lines, list)
    return lines


class Course:
    """The walk down the graph with Prefect's tasks on it.

    Args:
        graph: all stages.
        selected: those that may run.
        forced: those that run even when they are up to date.
        jobs: how many stages run side by side, beside those that hold a device.
    """

    def __init__(self, graph: Graph, selected: Collection[str], forced: Collection[str], jobs: int | None) -> None:
        self.walk = Walk(graph, selected, forced)
        self.leased = repository.leased(graph.stages)
        self.spare = devices()
        self.jobs = jobs or os.cpu_count() or 1
        self.running: dict[PrefectFuture[Any], tuple[str, str]] = {}
        self.log = get_run_logger()

    def run(self) -> None:
        """Run all that is stale and selected; what fails takes down only what reads it."""
        self._learn(self.walk.graph.stages)
        while not self.walk.over:
            self._learn(self.walk.unsure())
            self._start()
            if self.running:
                self._wait()

    def verdict(self) -> str:
        """Return how the stages ended.

        Raises:
            FlowError: when one failed.
        """
        for stage in self.walk.ended(End.SKIPPED, End.LEFT):
            self.log.warning("%s: %s", stage, self._reason(stage))
        failed, skipped = self.walk.ended(End.FAILED), self.walk.ended(End.SKIPPED)
        if failed:
            after = f"; skipped because of that: {', '.join(skipped)}" if skipped else ""
            raise FlowError(f"failed: {', '.join(failed)}{after}")
        counts = [(len(self.walk.ended(end)), end.value) for end in End]
        return ", ".join(f"{count} {word}" for count, word in counts if count)

    def _learn(self, stages: Collection[str]) -> None:
        if stages:
            stale = repository.stale(stages)
            self.walk.learn({stage: stage in stale for stage in stages})

    def _start(self) -> None:
        """Start what may start, as far as devices and jobs are free."""
        for stage in self.walk.ready():
            lease = stage in self.leased
            busy = sum(name not in self.leased for name, _ in self.running.values())
            if self.spare if lease else busy < self.jobs:
                device = self.spare.pop(0) if lease else ""
                self.walk.begin(stage)
                self.running[make.submit(stage, stage in self.walk.forced, lease, device)] = stage, device

    def _wait(self) -> None:
        """Wait until one stage ends, and note how."""
        future = next(iter(as_completed(list(self.running))))
        stage, device = self.running.pop(future)
        if stage in self.leased:
            self.spare.append(device)
        future.wait()  # else its state is asked of the server, which may not have heard yet
        state = future.state
        end: End = future.result() if state.is_completed() else End.FAILED
        self.log.log(
            logging.INFO if end.well else logging.ERROR, "%s: %s", stage, end.value if end.well else state.message
        )
        self.walk.end(stage, end)

    def _reason(self, stage: str) -> str:
        """Return why a stage was not started."""
        above = self.walk.because[stage]
        if not above:
            return End.LEFT.value
        return "not made, because of " + ", ".join(f"{each} ({self.walk.ends[each].value})" for each in above)
