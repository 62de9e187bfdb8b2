"""The noise of a camera's sensor, in linear light: of reading it, and of photons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import Positive, Rising
from pipeline.images.sensors import encoded, linear, noisy
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Sensor"]

IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""


class Sensor(Link):
    """Adds Gaussian noise of the variance read + shot x light to the linear light of an sRGB image; clips to [0, 1].

    The Poisson-Gaussian noise of a sensor, photons approximated by a Gaussian, as in Brooks et al., CVPR 2019,
    arXiv:1811.11127; in red, green and blue of every pixel, without a mosaic (``isp`` has one). Light is linear by
    the curve of sRGB.

    Args:
        shot: the range of the variance by the light, drawn evenly by its logarithm; the paper's is 0.0001 to 0.012.
        read: the range of the variance in the dark, drawn likewise and by itself; in the paper, where it follows from
            the shot noise, it is between about 4e-9 and 4e-4 (two standard deviations beyond the ends of the line).
    """

    def __init__(self, shot: Rising[tuple[Positive, Positive]], read: Rising[tuple[Positive, Positive]]) -> None:
        self.shot = shot
        self.read = read

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide both variances, and the seed of the noise."""
        shot, read = (math.exp(rng.uniform(math.log(low), math.log(high))) for low, high in (self.shot, self.read))
        return {"shot": shot, "read": read, "seed": int(rng.integers(2**32))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Add the noise to ``image``; frames of a clip get the same random numbers."""
        if image.ndim > IMAGE:
            return np.stack([self.apply(frame, drawn) for frame in image])
        rng = np.random.default_rng(drawn["seed"])
        light = noisy(linear(np.clip(image, 0, 1)), drawn["shot"], drawn["read"], rng)
        return encoded(np.clip(light, 0, 1))

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size
