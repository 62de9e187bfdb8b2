"""Every n-th pixel, with no filter before: what is called direct down-sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import OneOrMore, ZeroOrMore
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Decimate"]


class Decimate(Link):
    """Takes every ``step``-th row and column.

    Args:
        step: pixels of the image that enters for one that leaves.
        first: the first row and column that is taken, from 0: 1 for the published "BD" at x3, 0 for most.
    """

    def __init__(self, step: OneOrMore, first: ZeroOrMore = 0) -> None:
        self.step = step
        self.first = first

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide nothing."""
        return {}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Take the pixels of ``image``."""
        taken = slice(self.first, None, self.step)
        return image[..., taken, taken, :].copy()

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return how many rows and columns are taken."""
        height, width = (len(range(self.first, side, self.step)) for side in size)
        return height, width
