"""SSIM on the unrounded luma of 8-bit RGB images, borders left out: the protocol of the RGB papers.

Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
IEEE TIP 2004; as scored in Zhang, Li, Li, Wang, Zhong, Fu, "Image Super-Resolution Using Very Deep
Residual Channel Attention Networks", ECCV 2018, arXiv:1807.02758.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.images.crop import shave
from pipeline.images.similarity import ssim

__all__ = ["SsimYf"]


class SsimYf:
    """Structural similarity of BT.601 luma, computed from uint8 RGB and not rounded; range 255."""

    better: ClassVar[Literal["higher", "lower"]] = "higher"
    unit: ClassVar[str] = ""

    def __call__(self, sr_yf: NDArray[np.float64], hr_yf: NDArray[np.float64], scale: int) -> float:
        """Compare two (H, W) on 0 to 255 without ``scale`` HR pixels at each border; 1 when equal."""
        return ssim(shave(sr_yf, scale), shave(hr_yf, scale))
