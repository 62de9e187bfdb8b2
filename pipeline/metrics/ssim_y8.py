"""SSIM on luma rounded to 8 bits, borders left out: the protocol of the luma papers.

Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
IEEE TIP 2004; as scored in Kim, Lee, Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional
Networks", CVPR 2016, arXiv:1511.04587.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.images.crop import shave
from pipeline.images.similarity import ssim

__all__ = ["SsimY8"]


class SsimY8:
    """Structural similarity of BT.601 luma, both sides rounded to whole grey levels; range 255."""

    better: ClassVar[Literal["higher", "lower"]] = "higher"
    unit: ClassVar[str] = ""

    def __call__(self, sr_y8: NDArray[np.uint8], hr_y8: NDArray[np.uint8], scale: int) -> float:
        """Compare two (H, W) on 0 to 255 without ``scale`` HR pixels at each border; 1 when equal."""
        return ssim(shave(sr_y8, scale).astype(np.float64), shave(hr_y8, scale).astype(np.float64))
