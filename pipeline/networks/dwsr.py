"""DWSR: a chain of 3x3 convolutions learns what the Haar sub-bands of interpolated luma lack.

Guo, Mousavi, Vu, Monga, "Deep Wavelet Prediction for Image Super-Resolution", CVPRW 2017, section 3.
"""

from torch import Tensor, nn

from pipeline.blocks.chain import chain
from pipeline.blocks.haar import haar, inverse_haar
from pipeline.blocks.mirror import mirrored_to
from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["DWSR"]


class DWSR(nn.Module):
    """The four sub-bands of one Haar transform, each with its learnt residual, transformed back.

    The transform is orthonormal, so ``mse`` on luma is the paper's squared error of the sub-bands. An image of odd
    sides is mirrored to even ones, as PyWavelets does in the authors' code, and cropped back.

    The paper prints 374K parameters, which the layers here have. The weights that its authors released for the
    challenge of NTIRE 2017 (tT0NG/DWSRx4) begin with a 5x5 convolution instead, 378K. The first weights are He's, as
    theirs.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        layers: convolutions (paper: 12, ten of them between features).
        features: feature maps between them (paper: 64).
    """

    def __init__(self, scale: OneOrMore, layers: OneOrMore = 12, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        self.layers: nn.Sequential = chain([4, *[features] * (layers - 1), 4])
        he_normal(self)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        height, width = ilr_y.shape[-2:]
        bands = haar(mirrored_to(ilr_y, 2))
        return {"sr_y": inverse_haar(bands + self.layers(bands))[..., :height, :width]}
