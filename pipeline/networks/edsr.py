"""EDSR: residual blocks without batch normalisation, on RGB.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.residual import ResidualBody
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore, Positive, ZeroOrMore

__all__ = ["EDSR"]


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
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = ResidualBody(blocks, features, scaling)
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        head = self.head(self.shift(lr))
        return self.shift.back(self.tail(self.upsample(head + self.body(head))))
