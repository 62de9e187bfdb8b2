"""Bicubic interpolation as a network without weights: the baseline of every table, on RGB.

Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 1981, with MATLAB's a = -0.5.
"""

from torch import Tensor, nn

from pipeline.bounds import OneAtLeast, OneOrMore

__all__ = ["Bicubic"]


class Bicubic(nn.Module):
    """Returns the enlarged image that pairs derive from LR as MATLAB's imresize does on 8 bits.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: OneOrMore | OneAtLeast) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, ilr: Tensor) -> Tensor:
        """Return ``ilr`` (B, 3, H, W) in [0, 1] as it is."""
        return ilr
