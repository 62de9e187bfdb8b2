"""xSRGAN's generator: residual blocks whose activation is a gate that looks at the pixels around.

Kligvasser, Rott Shaham, Michaeli, "xUnit: Learning a Spatial Activation Function for Efficient Image Restoration",
CVPR 2018, arXiv:1711.06445. Layers as in the authors' code (kligvasser/xUnit), which is younger than the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from pipeline.blocks.pyramid import doublings
from pipeline.blocks.shuffle import PixelShuffle
from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["XSRGAN"]

SLOPE = 0.1
"""Of the leaky ReLUs where their input is negative."""
SHARE = 0.1
"""Part of He's weights with which all convolutions but those of gates and enlargement begin, as in the code."""
WINDOW = 7
"""Height and width, in pixels, of what a gate looks at."""

GATES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "gaussian": lambda values: torch.exp(-values.square()),
}


class XSRGAN(nn.Module):
    """Features of LR by residual blocks with xUnits, doubled as often as needed; bilinear enlargement is added.

    Alone a network like any other; against a critic (recipe ``adversarial``) the paper's xSRGAN.

    Args:
        scale: HR pixels per LR pixel (paper: 4).
        blocks: residual blocks (code: 10).
        features: feature maps (code: 64).
        unit: what a gate reads: ``slim``, the features (xUnitS, the code's); ``rectified`` first, the paper's xUnit;
            ``dense``, rectified behind a 1x1 convolution (xUnitD). No batch normalisation, as in the code.
        gate: ``sigmoid`` as in the code, or ``gaussian``, exp(-d²), as in the paper.
    """

    def __init__(
        self,
        scale: Literal[1, 2, 4, 8],
        blocks: ZeroOrMore = 10,
        features: OneOrMore = 64,
        unit: Literal["slim", "rectified", "dense"] = "slim",
        gate: Literal["sigmoid", "gaussian"] = "sigmoid",
    ) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(3, features, 5, padding=2), nn.LeakyReLU(SLOPE))
        self.blocks = nn.Sequential(*[GatedBlock(features, unit, gate) for _ in range(blocks)])
        self.tail = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), nn.LeakyReLU(SLOPE), nn.Conv2d(features, 3, 5, padding=2)
        )
        for each in (self.head, self.tail):
            he_normal(each, SHARE)
        self.upsample = nn.Sequential(*[Enlarged(features) for _ in range(doublings(scale))])

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        restored: Tensor = self.tail(self.upsample(self.blocks(self.head(lr))))
        return restored + interpolate(lr, scale_factor=self.scale, mode="bilinear", align_corners=False)


class GatedBlock(nn.Module):
    """Two 3x3 convolutions without bias, an xUnit between them, added to the input."""

    def __init__(self, features: int, unit: str, gate: str) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.unit = XUnit(features, unit, gate)
        self.second = nn.Conv2d(features, features, 3, padding=1, bias=False)
        for each in (self.first, self.second):
            he_normal(each, SHARE)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.second(self.unit(self.first(features)))
        return features + residual


class XUnit(nn.Module):
    """An activation: each value times a gate between 0 and 1, made of the same map around it (section 3).

    Args:
        features: feature maps.
        unit: ``slim``, ``rectified`` or ``dense``.
        gate: ``sigmoid`` or ``gaussian``.
    """

    def __init__(self, features: int, unit: str, gate: str) -> None:
        super().__init__()
        before: dict[str, list[nn.Module]] = {
            "slim": [],
            "rectified": [nn.ReLU()],
            "dense": [nn.Conv2d(features, features, 1), nn.ReLU()],
        }
        around = nn.Conv2d(features, features, WINDOW, padding=WINDOW // 2, groups=features)
        self.look = nn.Sequential(*before[unit], around)
        self.gate = GATES[gate]

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        return features * self.gate(self.look(features))


class Enlarged(nn.Sequential):
    """Twice as high and wide, by pixel shuffle; maps (B, C, h, w) to (B, C, 2 * h, 2 * w)."""

    def __init__(self, features: int) -> None:
        super().__init__(nn.Conv2d(features, 4 * features, 3, padding=1), PixelShuffle(2), nn.LeakyReLU(SLOPE))
