"""Sharpening by an unsharp mask, where edges are: what cameras and editors do to an image.

X. Wang, L. Xie, C. Dong, Y. Shan, Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data,
ICCVW 2021, arXiv:2107.10833, say that they sharpen the truth they learn from; how is told by their code alone
(``USMSharp`` of BasicSR), which this follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NotNegative, Odd, Positive, Rising, Share
from pipeline.images.filtering import filtered
from pipeline.images.kernels import line
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Sharpen"]


class Sharpen(Link):
    """Adds a share of what a Gaussian takes away, clips to [0, 1], and keeps it near where that was much.

    Args:
        amount: the range of that share (authors: 0.5).
        sigma: the range of the Gaussian's standard deviation, in pixels (authors: 8, which is what OpenCV makes of
            their 0 at their size).
        size: the height and width of the Gaussian's kernel, odd, in pixels (authors: 51, from a ``radius`` of 50).
        threshold: what a pixel must lose to the Gaussian, white being 1, to be sharpened (authors: 10 / 255). The map
            of such pixels is made soft by the same Gaussian.
    """

    def __init__(
        self,
        amount: Rising[tuple[NotNegative, NotNegative]] = (0.5, 0.5),
        sigma: Rising[tuple[Positive, Positive]] = (8.0, 8.0),
        size: Odd = 51,
        threshold: Share = 10 / 255,
    ) -> None:
        self.amount = amount
        self.sigma = sigma
        self.size = size
        self.threshold = threshold

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the share and the standard deviation."""
        return {"amount": rng.uniform(*self.amount), "sigma": rng.uniform(*self.sigma)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Sharpen ``image``, each channel by itself."""
        gaussian = line(self.size, drawn["sigma"])
        lost: NDArray[np.float32] = image - filtered(image, gaussian, "reflect")
        edges = filtered((np.abs(lost) > self.threshold).astype(np.float32), gaussian, "reflect")
        gained: NDArray[np.float32] = np.clip(image + np.float32(drawn["amount"]) * lost, 0, 1) - image
        return image + edges * gained

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size
