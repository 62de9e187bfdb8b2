"""Bicubic interpolation as a network without weights, on luma in floating point.

Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 1981, with MATLAB's a = -0.5.
"""

from torch import Tensor, nn

from pipeline.bounds import OneAtLeast, OneOrMore

__all__ = ["BicubicLuma"]


class BicubicLuma(nn.Module):
    """Returns the enlarged luma that pairs derive from LR luma as MATLAB's imresize does in floating point.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: OneOrMore | OneAtLeast) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Return ``ilr_y`` (B, 1, H, W) in [0, 1] as ``sr_y``."""
        return {"sr_y": ilr_y}
