"""SRCNN on interpolated RGB: the paper's study of colour, its three convolutions on three channels.

Dong, Loy, He, Tang, "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016, arXiv:1501.00092,
section 4.5: learnt on all three channels it gains little over luma alone.
"""

from torch import Tensor

from pipeline.blocks.three_layers import ThreeLayers
from pipeline.bounds import Odd, OneOrMore, Positive

__all__ = ["SRCNNRGB"]


class SRCNNRGB(ThreeLayers):
    """The 9-1-5, 9-3-5 and 9-5-5 networks with three channels in and out; else as ``srcnn``.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        kernels: sizes of the three kernels in pixels of the enlarged image.
        widths: feature maps after the first and the second convolution; the paper's are 64, 32.
        deviation: standard deviation of the first weights (paper: 0.001); None takes torch's own, which learns in
            minutes.
    """

    def __init__(
        self,
        scale: OneOrMore,
        kernels: tuple[Odd, Odd, Odd] = (9, 1, 5),
        widths: tuple[OneOrMore, OneOrMore] = (64, 32),
        deviation: Positive | None = 1e-3,
    ) -> None:
        super().__init__(3, kernels, widths, deviation)
        self.scale = scale

    def forward(self, ilr: Tensor) -> Tensor:
        """Map ``ilr`` (B, 3, H, W) to the restored image of the same size, both in [0, 1]."""
        return self.restored(ilr)
