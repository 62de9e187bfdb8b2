"""A piece of work that is done in our way and in others', and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from torch.utils.flop_counter import FlopCounterMode

REPETITIONS = 3


@dataclass(frozen=True)
class Way:
    """One way of doing a work.

    Args:
        name: whose way it is.
        run: does the work once, and returns what was made.
        judged: whether it computes the same as ours, so that its time is held against ours.
    """

    name: str
    run: Callable[[], Any]
    judged: bool = True


@dataclass(frozen=True)
class Work:
    """One work, and the ways to do it.

    Args:
        name: begins with train, feed, synthesise, degrade, restore, score or start.
        unit: what is counted in a second, e.g. ``steps/s``.
        amount: units that one run does.
        ours: our way.
        peers: the others' ways.
        agree: raises AssertionError unless our result (first) says the same as a judged peer's; None where a work
            has no result.
        operations: floating-point operations of one run of ours; 0 where they are not what counts.
        moved: bytes that one run of ours must read and write at least; 0 where that is not what counts.
    """

    name: str
    unit: str
    amount: float
    ours: Callable[[], Any]
    peers: Sequence[Way]
    agree: Callable[[Any, Any], None] | None = None
    operations: float = 0
    moved: float = 0


@dataclass(frozen=True)
class Measured:
    """The seconds of each way, run after run.

    Args:
        ours: seconds of our runs.
        peers: seconds of each peer's runs, by its name.
    """

    work: Work
    ours: list[float] = field(default_factory=list)
    peers: Mapping[str, list[float]] = field(default_factory=dict)

    def shares(self, peaks: Mapping[str, float]) -> list[dict[str, Any]]:
        """Return what share of the machine's peaks ours attains, where the work says what it needs."""
        per_second = {
            "bf16 TFLOP/s": self.work.operations / median(self.ours) / 1e12,
            "GB/s": self.work.moved / median(self.ours) / 1e9,
        }
        return [
            {"work": self.work.name, "attained": _digits(value), "peak": peaks[unit], "unit": unit}
            for unit, value in per_second.items()
            if value
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per peer; ``ratio`` is above 1 where we are faster."""
        ours = self.work.amount / median(self.ours)
        rows = []
        for way in self.work.peers:
            theirs = self.work.amount / median(self.peers[way.name])
            rows.append(
                {
                    "work": self.work.name,
                    "peer": way.name,
                    "judged": way.judged,
                    "ratio": round(ours / theirs, 2),
                    "ours": _digits(ours),
                    "theirs": _digits(theirs),
                    "unit": self.work.unit,
                }
            )
        return rows


def measure(work: Work, repetitions: int = REPETITIONS) -> Measured:
    """Run every way once to warm up and to compare what it makes, then ``repetitions`` times by turns.

    Raises:
        AssertionError: when a judged peer's result is not ours.
    """
    made = work.ours()
    for way in work.peers:
        theirs = way.run()
        if way.judged and work.agree:
            work.agree(made, theirs)
    measured = Measured(work, [], {way.name: [] for way in work.peers})
    for _ in range(repetitions):
        measured.ours.append(seconds(work.ours))
        for way in work.peers:
            measured.peers[way.name].append(seconds(way.run))
    return measured


def seconds(run: Callable[[], Any]) -> float:
    """Return how long ``run`` takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def operations_of(run: Callable[[], Any]) -> int:
    """Return the floating-point operations of the products and convolutions in ``run``."""
    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops())


def _digits(value: float) -> float:
    """Return three significant digits."""
    return float(f"{value:.3g}")
