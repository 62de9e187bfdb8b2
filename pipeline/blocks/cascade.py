"""Cascades: blocks of which each reads the input and what all blocks before it have made, and their upsampler.

Ahn, Kang, Sohn, "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network", ECCV 2018,
arXiv:1803.08664, section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pipeline.blocks.shuffle import PixelShuffle


class Cascade(nn.Module):
    """Runs blocks; behind each a 1x1 convolution with a ReLU fuses all that they have made with the input.

    Args:
        blocks: each maps (B, C, h, w) to the same shape; they are taken in turn, from the first again after the last.
        turns: how often a block runs.
        features: feature maps.
    """

    def __init__(self, blocks: Sequence[nn.Module], turns: int, features: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.fusions = nn.ModuleList(nn.Conv2d(features * (2 + before), features, 1) for before in range(turns))

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        made, fused = features, features
        for turn, fusion in enumerate(self.fusions):
            made = torch.cat([made, self.blocks[turn % len(self.blocks)](fused)], dim=1)
            fused = fusion(made).relu()
        return fused


class ActiveUpsampler(nn.Sequential):
    """3x3 convolution, ReLU and pixel shuffle: once for 2 and 3, twice for 4.

    Maps (B, C, h, w) to (B, C, h * scale, w * scale).

    Args:
        features: feature maps, before and after.
        scale: 2, 3 or 4.
        groups: into which the convolution divides them.
    """

    def __init__(self, features: int, scale: int, groups: int) -> None:
        layers: list[nn.Module] = []
        for factor in {2: [2], 3: [3], 4: [2, 2]}[scale]:
            convolution = nn.Conv2d(features, features * factor**2, 3, padding=1, groups=groups)
            layers += [convolution, nn.ReLU(), PixelShuffle(factor)]
        super().__init__(*layers)
