"""Poisson noise: light comes in photons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NotNegative, Rising, Share
from pipeline.images.colour import to_uint8
from pipeline.images.photons import counted
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Poisson"]

GREY = (0.2989, 0.5870, 0.1140)
"""Shares of red, green and blue in grey: BT.601's in full range, as torchvision has them."""
IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""


class Poisson(Link):
    """Adds what a count of photons strays from its mean, times a factor, and clips to [0, 1].

    Wang et al., Real-ESRGAN, ICCVW 2021, arXiv:2107.10833. White is as many photons as the image has different grey
    levels, brought up to a power of two: 256 for most, so that the standard deviation of white is 1/16.

    Args:
        scale: the range of the factor; 1 is the count itself.
        grey: the share of images whose channels all get the noise of their grey.
    """

    def __init__(self, scale: Rising[tuple[NotNegative, NotNegative]], grey: Share = 0.0) -> None:
        self.scale = scale
        self.grey = grey

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the factor, whether the channels share the noise, and its seed."""
        grey = bool(rng.random() < self.grey)
        return {"scale": rng.uniform(*self.scale), "grey": grey, "seed": int(rng.integers(2**32))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Add the noise to ``image``, to each frame of a clip from the same seed."""
        if image.ndim > IMAGE:
            return np.stack([self.apply(frame, drawn) for frame in image])
        bright = image @ np.array(GREY, np.float32)[:, None] if drawn["grey"] and image.shape[-1] > 1 else image
        noisy = image + np.float32(drawn["scale"]) * _strayed(to_uint8(bright), drawn["seed"])
        return np.clip(noisy, 0, 1, out=noisy)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the factor."""
        return [f"poisson {drawn['scale']:.2f}{' grey' * drawn['grey']}"]


def _strayed(levels: NDArray[np.uint8], seed: int) -> NDArray[np.float32]:
    """Return counts less their mean, white being 1."""
    different = np.count_nonzero(np.bincount(levels.ravel(), minlength=256))
    photons = 2 ** int(np.ceil(np.log2(different)))
    mean = (np.arange(256) * (photons / 255)).astype(np.float32)
    counts = counted(levels, photons, np.random.default_rng(seed))
    strayed: NDArray[np.float32] = (counts.astype(np.float32) - mean[levels]) / np.float32(photons)
    return strayed
