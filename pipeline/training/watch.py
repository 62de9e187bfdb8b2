"""A stopwatch that goes on after a resume, and counts what was spent waiting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")


class Watch:
    """Counts from ``start``.

    Args:
        before: the seconds that had passed when the training was last kept.
    """

    def __init__(self, before: float = 0.0) -> None:
        self.before = before
        self.started: float | None = None
        self.waited = 0.0

    def start(self) -> None:
        """Begin to count, or count from here on."""
        self.started = monotonic()

    @property
    def seconds(self) -> float:
        """The seconds of training so far."""
        return self.before + (monotonic() - self.started if self.started is not None else 0.0)

    @property
    def share_waited(self) -> float:
        """The share of the time since ``start`` that was spent waiting, in [0, 1]."""
        return self.waited / max(self.seconds - self.before, 1e-9)

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield ``items``, and count the time until each is there."""
        source = iter(items)
        while True:
            begun = monotonic()
            try:
                item = next(source)
            except StopIteration:
                return
            self.waited += monotonic() - begun
            yield item
