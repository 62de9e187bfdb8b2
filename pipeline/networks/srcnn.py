"""SRCNN: patch extraction, non-linear mapping and reconstruction as three convolutions on interpolated luma.

Dong, Loy, He, Tang, "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016, arXiv:1501.00092.
"""

from torch import Tensor

from pipeline.blocks.three_layers import ThreeLayers
from pipeline.bounds import Odd, OneOrMore, Positive

__all__ = ["SRCNN"]


class SRCNN(ThreeLayers):
    """The 9-1-5, 9-3-5 and 9-5-5 networks.

    The paper trains without padding on the central crop; here every convolution pads, in training too.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        kernels: sizes of the three kernels in pixels of the enlarged image; the paper's fast network is 9, 1, 5.
        widths: feature maps after the first and the second convolution; the paper's are 64, 32.
        deviation: standard deviation of the first weights; the paper's 0.001 begins with a long plateau, None takes
            torch's own (uniform, by fan-in), which learns in minutes.
    """

    def __init__(
        self,
        scale: OneOrMore,
        kernels: tuple[Odd, Odd, Odd] = (9, 1, 5),
        widths: tuple[OneOrMore, OneOrMore] = (64, 32),
        deviation: Positive | None = 1e-3,
    ) -> None:
        super().__init__(1, kernels, widths, deviation)
        self.scale = scale

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        return {"sr_y": self.restored(ilr_y)}
