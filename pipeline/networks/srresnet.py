"""SRResNet: residual blocks with batch normalisation, on RGB.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
arXiv:1609.04802, section 2.1.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.residual import NormalisedBlock
from pipeline.blocks.shuffle import PixelShuffle
from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["SRResNet"]


class SRResNet(nn.Module):
    """Blocks of two convolutions, a skip over all of them, then pixel shuffle by two, once or twice.

    Args:
        scale: HR pixels per LR pixel.
        blocks: residual blocks (paper: 16).
        features: feature maps (paper: 64).
    """

    def __init__(self, scale: Literal[2, 4], blocks: ZeroOrMore = 16, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(3, features, 9, padding=4), nn.PReLU(features))
        self.blocks = nn.Sequential(*[NormalisedBlock(features, nn.PReLU(features)) for _ in range(blocks)])
        self.body = nn.Sequential(nn.Conv2d(features, features, 3, padding=1), nn.BatchNorm2d(features))
        self.upsample = nn.Sequential(*[Doubled(features) for _ in range(scale // 2)])
        self.tail = nn.Conv2d(features, 3, 9, padding=4)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        head = self.head(lr)
        restored: Tensor = self.tail(self.upsample(head + self.body(self.blocks(head))))
        return restored


class Doubled(nn.Sequential):
    """Twice as high and wide, by pixel shuffle."""

    def __init__(self, features: int) -> None:
        super().__init__(nn.Conv2d(features, 4 * features, 3, padding=1), PixelShuffle(2), nn.PReLU(features))
