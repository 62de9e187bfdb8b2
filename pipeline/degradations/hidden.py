"""A camera that nobody knows: what a learned degradation is tried on.

Its numbers are drawn once, from its own, within ranges of real cameras: an elliptic Gaussian blur, every n-th pixel,
noise, JPEG. Learned degradations see images of it; what is tested is whether they come near to it.
"""

from __future__ import annotations

from pipeline.bounds import OneOrMore, ZeroOrMore
from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.decimate import Decimate
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.noise import Noise
from pipeline.randomness import generator

__all__ = ["Hidden"]

VARIANCES = (0.5, 4.0)
"""Of the blur along either axis, in squared pixels of the image that enters."""
NOISE = (2 / 255, 10 / 255)
"""Standard deviations, white being 1."""
QUALITIES = (70, 95)
SIZE = 21
"""Height and width of the kernel, in pixels: more than four of the largest standard deviations to either side."""


class Hidden(Chain):
    """Blurs, takes every ``scale``-th pixel, adds noise and compresses, with the same numbers for every image.

    The blur is centred on the ``scale`` x ``scale`` pixels that a pixel of LR stands for, as in bicubic
    down-sampling: where a kernel lies cannot be learnt from images of other scenes.

    Args:
        number: which camera: its numbers are drawn from this one.
        scale: HR pixels per LR pixel, the same as that of the pairs.
    """

    def __init__(self, number: ZeroOrMore, scale: OneOrMore) -> None:
        chance = generator("hidden", number)
        along, across = (float(chance.uniform(*VARIANCES)) ** 0.5 for _ in range(2))
        angle, sigma = float(chance.uniform(0, 180)), float(chance.uniform(*NOISE))
        quality = int(chance.integers(*QUALITIES, endpoint=True))
        self.blur = Blur(
            (along, along),
            (SIZE, SIZE),
            "elliptic",
            angle=(angle, angle),
            shift=(scale - 1) / 2,
            across=(across, across),
        )
        super().__init__([self.blur, Decimate(scale), Noise((sigma, sigma)), JPEG((quality, quality))])
