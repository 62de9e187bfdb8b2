"""EDSR: residual blocks without batch normalisation, on RGB.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921.
"""

from typing import Literal

from torch import Tensor, nn, tensor

from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore, Positive, ZeroOrMore

__all__ = ["EDSR"]

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean RGB of the DIV2K training images, subtracted from the input and added to the output."""


class EDSR(nn.Module):
    """The baseline (16 blocks of 64 features) and the full network (32 of 256, scaling 0.1).

    Args:
        scale: HR pixels per LR pixel: 2, 3, 4 or 8; 1 for pairs that are registered at one size.
        blocks: residual blocks.
        features: feature maps in each.
        scaling: factor of every residual.
    """

    def __init__(
        self,
        scale: Literal[1, 2, 3, 4, 8],
        blocks: ZeroOrMore = 16,
        features: OneOrMore = 64,
        scaling: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("mean", tensor(DIV2K_MEAN).view(3, 1, 1), persistent=False)
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(
            *[ResidualBlock(features, scaling) for _ in range(blocks)],
            nn.Conv2d(features, features, 3, padding=1),
        )
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        mean = self.get_buffer("mean")
        head = self.head(255 * (lr - mean))
        restored: Tensor = self.tail(self.upsample(head + self.body(head)))
        return restored / 255 + mean
