"""MSRN: residual blocks of two kernel sizes that hear of one another, all of which reach the end.

Li, Fang, Mei, Zhang, "Multi-scale Residual Network for Image Super-Resolution", ECCV 2018.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore

__all__ = ["MSRN"]


class MSRN(nn.Module):
    """The authors' later release, on RGB; the paper's own, on luma, is larger at x4 (6.3M parameters).

    What every block has made, and what the first has read, is joined by a 1x1 convolution, and a 3x3 one comes behind
    it, before it is enlarged. The paper does not print the latter; the authors' code has it.

    Args:
        scale: HR pixels per LR pixel.
        blocks: multi-scale residual blocks (paper: 8).
        features: feature maps (paper: 64).
    """

    def __init__(self, scale: Literal[2, 3, 4, 8], blocks: OneOrMore = 8, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.blocks = nn.ModuleList(MultiScaleBlock(features) for _ in range(blocks))
        self.join = nn.Sequential(
            nn.Conv2d((1 + blocks) * features, features, 1), nn.Conv2d(features, features, 3, padding=1)
        )
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        made = [self.head(self.shift(lr))]
        for block in self.blocks:
            made.append(block(made[-1]))
        return self.shift.back(self.tail(self.upsample(self.join(torch.cat([*made[1:], made[0]], dim=1)))))


class MultiScaleBlock(nn.Module):
    """Kernels of 3x3 and of 5x5 side by side, twice, the second time on what both have made; added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.near = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in (features, 2 * features))
        self.far = nn.ModuleList(nn.Conv2d(width, width, 5, padding=2) for width in (features, 2 * features))
        self.join = nn.Conv2d(4 * features, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        both = features
        for near, far in zip(self.near, self.far, strict=True):
            both = torch.cat([near(both).relu(), far(both).relu()], dim=1)
        residual: Tensor = self.join(both)
        return features + residual
