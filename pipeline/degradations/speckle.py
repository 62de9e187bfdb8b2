"""Speckle: Gaussian noise in proportion to the light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NotNegative, Rising, Share
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Speckle"]


class Speckle(Link):
    """Multiplies each pixel by 1 plus Gaussian noise and clips to [0, 1].

    Args:
        sigma: the range of standard deviations, as a share of the pixel's value.
        grey: the share of images whose channels all get the same noise.
    """

    def __init__(self, sigma: Rising[tuple[NotNegative, NotNegative]], grey: Share = 0.0) -> None:
        self.sigma = sigma
        self.grey = grey

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the standard deviation, whether the channels share the noise, and its seed."""
        grey = bool(rng.random() < self.grey)
        return {"sigma": rng.uniform(*self.sigma), "grey": grey, "seed": int(rng.integers(2**32))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Multiply ``image`` by the noise; all frames of a clip get the same."""
        height, width, channels = image.shape[-3:]
        shape = (height, width, 1 if drawn["grey"] else channels)
        noise = np.random.default_rng(drawn["seed"]).standard_normal(shape, np.float32)
        noisy = image * (1 + np.float32(drawn["sigma"]) * noise)
        return np.clip(noisy, 0, 1, out=noisy)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the standard deviation in percent of a pixel."""
        return [f"speckle {100 * drawn['sigma']:.0f} %{' grey' * drawn['grey']}"]
