"""DBPN: units that enlarge features, reduce them again, and enlarge what was lost on the way.

Haris, Shakhnarovich, Ukita, "Deep Back-Projection Networks for Super-Resolution", CVPR 2018, arXiv:1803.02735.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["DBPN"]

WINDOWS = {2: (6, 2, 2), 4: (8, 4, 2), 8: (12, 8, 2)}
"""Kernel, stride and padding, in HR pixels, of the convolutions between the sizes of each scale."""


class DBPN(nn.Module):
    """D-DBPN: projections up and down in turn, each of all maps that those before made of the other size.

    The image is one convolution over the maps of all projections up. What the first convolutions make of LR is read
    by the first projection alone. The newest maps come first, as in the authors' release.

    The first weights are He's, as released. The enlarged LR image is not added (the release has it as an option).

    Args:
        scale: HR pixels per LR pixel.
        stages: projections up, the paper's T (D-DBPN: 7, DBPN-LL: 10); one less go down.
        extracted: feature maps of the first convolution (paper: 256).
        features: feature maps of a projection (paper: 64).
    """

    def __init__(
        self,
        scale: Literal[2, 4, 8],
        stages: OneOrMore = 7,
        extracted: OneOrMore = 256,
        features: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(
            nn.Conv2d(3, extracted, 3, padding=1), nn.PReLU(), nn.Conv2d(extracted, features, 1), nn.PReLU()
        )
        self.up = nn.ModuleList(Projection(max(read, 1), features, scale, up=True) for read in range(stages))
        self.down = nn.ModuleList(Projection(read, features, scale, up=False) for read in range(1, stages))
        self.tail = nn.Conv2d(stages * features, 3, 3, padding=1)
        he_normal(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        first, *later = self.up
        high: list[Tensor] = [first(self.head(lr))]
        low: list[Tensor] = []
        for down, up in zip(self.down, later, strict=True):
            low = [down(torch.cat(high, dim=1)), *low]
            high = [up(torch.cat(low, dim=1)), *high]
        restored: Tensor = self.tail(torch.cat(high, dim=1))
        return restored


class Projection(nn.Module):
    """Maps to the other size; what comes back of them there lacks something, which is projected and added.

    Args:
        reads: how many times ``features`` maps it reads; more than one are first made one.
        features: feature maps.
        scale: by how much the sizes differ.
        up: whether LR maps become HR maps, or the other way round.
    """

    def __init__(self, reads: int, features: int, scale: int, *, up: bool) -> None:
        super().__init__()
        there, back = (enlarging, reducing) if up else (reducing, enlarging)
        merged = [nn.Conv2d(reads * features, features, 1), nn.PReLU()] if reads > 1 else []
        self.merge = nn.Sequential(*merged)
        self.there = there(features, scale)
        self.back = back(features, scale)
        self.again = there(features, scale)

    def forward(self, maps: Tensor) -> Tensor:
        """Map (B, reads * C, h, w) to (B, C, h * scale, w * scale), or the other way round."""
        given = self.merge(maps)
        made = self.there(given)
        lacking: Tensor = self.again(self.back(made) - given)
        return made + lacking


def enlarging(features: int, scale: int) -> nn.Sequential:
    """Return a transposed convolution: (B, C, h, w) to (B, C, h * scale, w * scale)."""
    kernel, stride, padding = WINDOWS[scale]
    return nn.Sequential(nn.ConvTranspose2d(features, features, kernel, stride, padding), nn.PReLU())


def reducing(features: int, scale: int) -> nn.Sequential:
    """Return a strided convolution: (B, C, h * scale, w * scale) to (B, C, h, w)."""
    kernel, stride, padding = WINDOWS[scale]
    return nn.Sequential(nn.Conv2d(features, features, kernel, stride, padding), nn.PReLU())
