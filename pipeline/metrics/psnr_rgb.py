"""PSNR on colours: the protocol of DIV2K's validation images.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921, section 4.1; Chen, Liu, Wang, "Learning Continuous Image Representation with Local Implicit Image
Function", CVPR 2021, arXiv:2012.09161, section 4.1.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.bounds import ZeroOrMore
from pipeline.images.crop import shave
from pipeline.images.similarity import psnr

__all__ = ["PsnrRgb"]


class PsnrRgb:
    """Peak signal-to-noise ratio over all pixels and channels of two uint8 RGB images; peak 255.

    Args:
        beyond: pixels left out at each border beyond as many as the scale has (EDSR, LIIF and Meta-SR on DIV2K: 6).
    """

    better: ClassVar[Literal["higher", "lower"]] = "higher"
    unit: ClassVar[str] = "dB"

    def __init__(self, beyond: ZeroOrMore = 0) -> None:
        self.beyond = beyond

    def __call__(self, sr: NDArray[np.uint8], hr: NDArray[np.uint8], scale: int) -> float:
        """Compare (H, W, 3) with (H, W, 3), or with grey (H, W, 1), without a border of HR pixels; inf when equal."""
        border = scale + self.beyond
        truth = np.broadcast_to(hr, sr.shape)
        return psnr(shave(sr, border).astype(np.float64), shave(truth, border).astype(np.float64))
