"""PSNR on the unrounded luma of 8-bit RGB images, borders left out: the protocol of the RGB papers.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921; Zhang, Li, Li, Wang, Zhong, Fu, "Image Super-Resolution Using Very Deep Residual Channel
Attention Networks", ECCV 2018, arXiv:1807.02758.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.images.crop import shave
from pipeline.images.similarity import psnr

__all__ = ["PsnrYf"]


class PsnrYf:
    """Peak signal-to-noise ratio of BT.601 luma, computed from uint8 RGB and not rounded; peak 255."""

    better: ClassVar[Literal["higher", "lower"]] = "higher"
    unit: ClassVar[str] = "dB"

    def __call__(self, sr_yf: NDArray[np.float64], hr_yf: NDArray[np.float64], scale: int) -> float:
        """Compare two (H, W) on 0 to 255 without ``scale`` HR pixels at each border; inf when equal."""
        return psnr(shave(sr_yf, scale), shave(hr_yf, scale))
