"""RCAN: groups of residual blocks that weigh their feature maps by the whole image.

Zhang, Li, Li, Wang, Zhong, Fu, "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV 2018,
arXiv:1807.02758.
"""

from typing import ClassVar, Literal

from torch import Tensor, nn

from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore

__all__ = ["RCAN"]


class RCAN(nn.Module):
    """Residuals in residuals: a skip over each block, over each group, and over all groups.

    What weighs a feature map is its mean over the image, so every pixel depends on all others, and no picture is
    enlarged in tiles: the authors' ``chop`` is another function. In training the mean is that of a patch.

    Args:
        scale: HR pixels per LR pixel.
        groups: residual groups (paper: 10).
        blocks: residual blocks in each (paper: 20).
        features: feature maps (paper: 64).
        reduction: how many times fewer there are between the two layers that weigh them (paper: 16).
    """

    looks_far: ClassVar[bool] = True

    def __init__(
        self,
        scale: Literal[2, 3, 4, 8],
        groups: OneOrMore = 10,
        blocks: OneOrMore = 20,
        features: OneOrMore = 64,
        reduction: OneOrMore = 16,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.groups = nn.Sequential(*[Group(blocks, features, reduction) for _ in range(groups)])
        self.body = nn.Conv2d(features, features, 3, padding=1)
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        head = self.head(self.shift(lr))
        return self.shift.back(self.tail(self.upsample(head + self.body(self.groups(head)))))


class Group(nn.Module):
    """Attentive blocks and a convolution, added to the input."""

    def __init__(self, blocks: int, features: int, reduction: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*[AttentiveBlock(features, reduction) for _ in range(blocks)])
        self.last = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.last(self.blocks(features))
        return features + residual


class AttentiveBlock(nn.Module):
    """Two convolutions, whose maps are weighed by what each of them is in the mean, added to the input."""

    def __init__(self, features: int, reduction: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        between = max(1, features // reduction)
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(features, between, 1), nn.ReLU(), nn.Conv2d(between, features, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.second(self.first(features).relu())
        weights: Tensor = self.attention(residual)
        return features + residual * weights.sigmoid()
