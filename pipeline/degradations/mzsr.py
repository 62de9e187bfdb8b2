"""MZSR's degradations: the kernels it is tested on, and those it learns from.

J. W. Soh, S. Cho, N. I. Cho, Meta-Transfer Learning for Zero-Shot Super-Resolution, CVPR 2020, arXiv:2002.12213.

The authors' ``kernel.mat`` of g_d_2.0 and their images are met: 21 x 21 taps, the width 2.0 being the variance, in
square pixels. The other three are met as far as the paper's PSNR of bicubic interpolation tells (Set5, x2): all that is
unverified of them is the number of taps. On B100 that of g_d_ani is not (26.23 dB where 26.00 is printed).
"""

from __future__ import annotations

from math import degrees
from typing import TYPE_CHECKING, Literal

from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.decimate import Decimate
from pipeline.degradations.resize import Resize
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MZSR"]

WIDTHS: dict[str, tuple[float, float]] = {
    "g_d_0.2": (0.2, 0.2),
    "g_d_2.0": (2.0, 2.0),
    "g_d_ani": (4.0, 1.0),
    "g_b_1.3": (1.3, 1.3),
}
"""The variances along both axes, in square pixels."""
ANGLE = degrees(-0.5)
"""From the right downwards to the first axis of g_d_ani."""
TESTED, LEARNT = 21, 15
"""Taps along the side of a kernel that is tested on (published for g_d_2.0 alone), and of one that is learnt from."""


class MZSR(Chain):
    """Blurs, then takes every ``scale``-th pixel from the first on (``d``) or shrinks bicubically (``b``).

    Args:
        kernel: one of the four that the paper is tested on, in its tables at x2; or ``random``, an ellipse whose first
            variance is drawn evenly from 1 to 2.5 times the scale, its second from 1 to the first, its angle from all.
            What is tested on is rounded to 8 bits after each step, what is learnt from is not, as in the authors' code.
        scale: HR pixels per LR pixel, the same as that of the pairs.
    """

    def __init__(
        self,
        kernel: Literal["g_d_0.2", "g_d_2.0", "g_d_ani", "g_b_1.3", "g_d_random", "g_b_random"],
        scale: Literal[2, 4],
    ) -> None:
        tested, direct = kernel in WIDTHS, kernel.startswith("g_d")
        rounding: Literal["uint8", "none"] = "uint8" if tested else "none"
        shrunk: Link = Decimate(scale) if direct else Resize(1 / scale, "bicubic", rounding=rounding)
        super().__init__([_tested(*WIDTHS[kernel]) if tested else _learnt(2.5 * scale), shrunk])


class _Ellipse(Blur):
    """A Gaussian whose second variance is drawn after its first, and never the larger one.

    Args:
        first, second: the ranges of the variances along both axes, in square pixels.
        angle: the range of the first axis, in degrees from the right downwards.
        size: taps along the side.
        rounding: ``uint8`` or ``none``.
    """

    def __init__(
        self,
        first: tuple[float, float],
        second: tuple[float, float],
        angle: tuple[float, float],
        size: int,
        rounding: Literal["uint8", "none"],
    ) -> None:
        sigma = (second[0] ** 0.5, first[1] ** 0.5)
        super().__init__(sigma, (size, size), "elliptic", angle=angle, border="symmetric", rounding=rounding)
        self.first = first
        self.second = second

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide both standard deviations and the angle."""
        first = rng.uniform(*self.first)
        second = rng.uniform(self.second[0], min(self.second[1], first))
        angle = rng.uniform(*self.angle)
        return {"size": self.size[0], "sigma": [first**0.5, second**0.5], "beta": 1.0, "angle": angle}


def _tested(first: float, second: float) -> _Ellipse:
    return _Ellipse((first, first), (second, second), (ANGLE, ANGLE), TESTED, "uint8")


def _learnt(widest: float) -> _Ellipse:
    return _Ellipse((1.0, widest), (1.0, widest), (0.0, 180.0), LEARNT, "none")
