"""MSRResNet: SRResNet without batch normalisation, whose output is added to a bilinear enlargement.

Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018, arXiv:1809.00219, has it
as the baseline of its code, BasicSR, which alone tells the layers.
"""

from typing import Literal

from torch import Tensor, nn
from torch.nn.functional import interpolate

from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.shuffle import PixelShuffle
from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["MSRResNet"]

SLOPE = 0.1
"""Of the leaky ReLU, below 0."""
FIRST = 0.1
"""What the first weights of He et al. are multiplied by: the network begins as the bilinear enlargement, nearly."""


class MSRResNet(nn.Module):
    """Residual blocks, pixel shuffle, and two convolutions on HR; there is no skip over the blocks.

    Args:
        scale: HR pixels per LR pixel.
        blocks: residual blocks (published: 16).
        features: feature maps (published: 64).
    """

    def __init__(self, scale: Literal[2, 3, 4], blocks: ZeroOrMore = 16, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(3, features, 3, padding=1), nn.LeakyReLU(SLOPE))
        self.body = nn.Sequential(*[ResidualBlock(features, 1.0) for _ in range(blocks)])
        factors = {2: [2], 3: [3], 4: [2, 2]}[scale]
        self.upsample = nn.Sequential(*[enlarged(features, factor) for factor in factors])
        self.tail = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), nn.LeakyReLU(SLOPE), nn.Conv2d(features, 3, 3, padding=1)
        )
        he_normal(self, FIRST)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        residual: Tensor = self.tail(self.upsample(self.body(self.head(lr))))
        return residual + interpolate(lr, scale_factor=self.scale, mode="bilinear", align_corners=False)


def enlarged(features: int, factor: int) -> nn.Sequential:
    """Return what maps (B, C, h, w) to (B, C, h * factor, w * factor)."""
    layers = nn.Conv2d(features, features * factor**2, 3, padding=1), PixelShuffle(factor), nn.LeakyReLU(SLOPE)
    return nn.Sequential(*layers)
