"""BSRGAN's degradation: blur, down-sampling, noise and JPEG in an order of chance.

K. Zhang, J. Liang, L. Van Gool, R. Timofte, Designing a Practical Degradation Model for Deep Blind Image
Super-Resolution, ICCV 2021, arXiv:2103.14006. Numbers that the paper leaves out are those of the authors' code. It
differs in two places: there is no noise of a camera's processing, which takes a trained model, and the covariance of
correlated noise is as drawn, where the code makes each of its entries positive.
"""

from __future__ import annotations

from typing import Literal

from pipeline.bounds import Quality, Rising
from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.decimate import Decimate
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.maybe import Maybe
from pipeline.degradations.noise import Noise
from pipeline.degradations.one_of import OneOf
from pipeline.degradations.resize import Resize
from pipeline.degradations.shuffled import Shuffled
from pipeline.kinds import Link, Weighted

__all__ = ["BSRGAN"]

KERNELS: tuple[Literal["bilinear", "bicubic", "area"], ...] = ("bilinear", "bicubic", "area")
NARROW = 0.01
"""The standard deviation of a kernel that leaves a pixel as it is, in pixels: the lower end of the ranges."""
HALVED = 0.25
INTERPOLATED = 0.75
COMPRESSED = 0.9


class BSRGAN(Chain):
    """Ends at the LR size.

    Args:
        scale: HR pixels per LR pixel, the same as that of the pairs. At 4, a quarter of the images is halved first
            and then treated as at 2.
        quality: qualities of the JPEG.
    """

    def __init__(
        self,
        scale: Literal[2, 4],
        quality: Rising[tuple[Quality, Quality]] = (30, 95),
    ) -> None:
        whole = _shuffled(scale, quality)
        if scale == 4:
            half = OneOf([Weighted(_resized(0.5), 0.5), Weighted(Resize(0.5, "bicubic", by="matlab"), 0.5)])
            whole = OneOf([Weighted(Chain([half, _shuffled(2, quality)]), HALVED), Weighted(whole, 1 - HALVED)])
        super().__init__([whole, JPEG(quality)])


def _shuffled(scale: int, quality: tuple[int, int]) -> Link:
    """Return the steps between the first halving and the last compression."""
    steps: list[Link] = [
        _blur(scale),
        _blur(scale),
        _shrunk(scale),
        _resized("target"),
        Noise((2 / 255, 25 / 255), grey=0.4, correlated=1 / 3),
        Maybe(COMPRESSED, [JPEG(quality)]),
    ]
    return Shuffled(steps, in_order=(2, 3))


def _blur(scale: int) -> OneOf:
    widest = 2 + 0.2 * scale
    elliptic = Blur((NARROW, (4 + scale) ** 0.5), (7, 25), "elliptic", angle=(0.0, 180.0), evenly="variance")
    return OneOf([Weighted(elliptic, 0.5), Weighted(Blur((NARROW, widest), (7, 25)), 0.5)])


def _shrunk(scale: int) -> OneOf:
    """Return an interpolation to between 1 and 1 / (2 scale), or a Gaussian before every ``scale``-th pixel."""
    reach = (scale - 1) / 2  # of the first of ``scale`` pixels from the middle of them all
    taken = Chain([Blur((0.1, 0.6 * scale), (25, 25), shift=reach), Decimate(scale)])
    interpolated = _resized((1 / (2 * scale), 1.0))
    return OneOf([Weighted(interpolated, INTERPOLATED), Weighted(taken, 1 - INTERPOLATED)])


def _resized(to: Literal["target"] | float | tuple[float, float]) -> OneOf:
    return OneOf([Weighted(Resize(to, kernel, by="opencv", evenly="divisor"), 1.0) for kernel in KERNELS])
