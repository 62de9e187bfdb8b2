"""Fewer bits: what a camera, a screen or a file leaves of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import Bits, Rising
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Quantise"]


class Quantise(Link):
    """Clips to [0, 1] and rounds to the 2^bits levels that are spaced evenly from black to white, half up.

    Args:
        bits: of a channel; or the range from which a whole number is drawn, each as likely.
    """

    def __init__(self, bits: Bits | Rising[tuple[Bits, Bits]]) -> None:
        self.bits = bits

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the bits."""
        if isinstance(self.bits, tuple):
            return {"bits": int(rng.integers(*self.bits, endpoint=True))}
        return {"bits": self.bits}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Round ``image``."""
        steps = np.float32(2 ** drawn["bits"] - 1)
        levels = np.clip(image, 0, 1)
        levels *= steps
        levels += np.float32(0.5)
        np.floor(levels, out=levels)
        levels /= steps
        return levels

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size
