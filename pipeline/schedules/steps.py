"""Step decay: the rate is multiplied by a factor at fixed points of the training (EDSR: halved at two thirds)."""

from pipeline.bounds import BelowOne, Filled, Positive

__all__ = ["Steps"]


class Steps:
    """Multiplies by ``factor`` at each point.

    Args:
        at: points of progress in [0, 1).
        factor: what the rate is multiplied by at each.
    """

    def __init__(self, at: Filled[tuple[BelowOne, ...]], factor: Positive) -> None:
        self.at = at
        self.factor = factor

    def __call__(self, progress: float) -> float:
        """Return ``factor`` to the power of the points already passed."""
        return self.factor ** sum(progress >= point for point in self.at)
