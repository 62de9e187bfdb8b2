"""CARN without its blocks: cascades, each reading all that was made before it, their upsampler, what stands around.

Ahn, Kang, Sohn, "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network", ECCV 2018,
arXiv:1803.08664, section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from pipeline.blocks.by_scale import ByScale
from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.shuffle import PixelShuffle


class CascadingNetwork(nn.Module):
    """A cascade of cascades between two convolutions; each scale has an upsampler of its own, all else is shared.

    Args:
        scales: those that it does.
        cascade: makes one of the inner cascades.
        cascades: how many there are.
        features: feature maps.
        groups: into which the upsamplers' convolutions divide them.
    """

    def __init__(
        self, scales: Sequence[int], cascade: Callable[[], Cascade], cascades: int, features: int, groups: int
    ) -> None:
        super().__init__()
        self.scales = scales
        self.shift = MeanShift(1)
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = Cascade([cascade() for _ in range(cascades)], cascades, features)
        self.upsample = ByScale(scales, lambda scale: ActiveUpsampler(features, scale, groups))
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def restored(self, lr: Tensor, scale: int) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]; ``scale`` is one of the scales."""
        features = self.body(self.head(self.shift(lr)))
        return self.shift.back(self.tail(self.upsample(features, scale)))


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
