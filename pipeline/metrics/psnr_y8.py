"""PSNR on luma rounded to 8 bits, borders left out: the protocol of the luma papers.

Dong, Loy, He, Tang, "Learning a Deep Convolutional Network for Image Super-Resolution", ECCV 2014;
Kim, Lee, Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR 2016,
arXiv:1511.04587.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.images.crop import shave
from pipeline.images.similarity import psnr

__all__ = ["PsnrY8"]


class PsnrY8:
    """Peak signal-to-noise ratio of BT.601 luma, both sides rounded to whole grey levels; peak 255."""

    better: ClassVar[Literal["higher", "lower"]] = "higher"
    unit: ClassVar[str] = "dB"

    def __call__(self, sr_y8: NDArray[np.uint8], hr_y8: NDArray[np.uint8], scale: int) -> float:
        """Compare two (H, W) on 0 to 255 without ``scale`` HR pixels at each border; inf when equal."""
        return psnr(shave(sr_y8, scale).astype(np.float64), shave(hr_y8, scale).astype(np.float64))
