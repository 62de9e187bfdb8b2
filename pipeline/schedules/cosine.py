"""Cosine decay: Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, section 3."""

from math import cos, pi

from pipeline.bounds import BelowOne, Share

__all__ = ["Cosine"]


class Cosine:
    """Falls from 1 to ``floor`` along half a cosine, after a linear rise.

    Args:
        floor: the factor at the end.
        warmup: share of the training in which the rate rises from 0; the paper has none.
    """

    def __init__(self, floor: Share, warmup: BelowOne = 0.0) -> None:
        self.floor = floor
        self.warmup = warmup

    def __call__(self, progress: float) -> float:
        """Return the factor at ``progress`` in [0, 1)."""
        if progress < self.warmup:
            return progress / self.warmup
        fallen = (progress - self.warmup) / (1 - self.warmup)
        return self.floor + (1 - self.floor) * (1 + cos(pi * fallen)) / 2
