"""A stopwatch that goes on after a resume."""

from __future__ import annotations

from time import monotonic


class Watch:
    """Counts from ``start``.

    Args:
        before: the seconds that had passed when the training was last kept.
    """

    def __init__(self, before: float = 0.0) -> None:
        self.before = before
        self.started: float | None = None

    def start(self) -> None:
        """Begin to count, or count from here on."""
        self.started = monotonic()

    @property
    def seconds(self) -> float:
        """The seconds of training so far."""
        return self.before + (monotonic() - self.started if self.started is not None else 0.0)
