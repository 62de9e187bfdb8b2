"""High-to-Low: learns how real cameras spoil faces, from HR and LR faces that do not belong together.

Bulat, Yang, Tzimiropoulos, "To learn image super-resolution, use a GAN to learn how to do image degradation first",
ECCV 2018, arXiv:1807.11458. The layers are those of the authors' release (``Gen_h2l`` in
jingyang2017/Face-and-Image-super-resolution); the paper draws an encoder and decoder of eight blocks.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from pipeline.blocks.residual import NormalisedBlock
from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["HighToLow"]

SIDE = 64
"""Height and width, in HR pixels, of the map that one draw of chance becomes: the size of the paper's faces."""
CHANCE = 64
"""Normal numbers in one draw."""


class HighToLow(nn.Module):
    """Residual blocks on HR, reduced by convolutions with a stride.

    The release reduces 64x64 to 16x16, twice by two. For any scale the reductions are its prime factors, the smallest
    first, each a convolution of 3x3, or of factor x factor where that is larger, so that no pixel is passed over.

    Chance is a fourth channel, drawn from torch's generator. For faces it is a vector, 64 normal numbers that a linear
    layer spreads over 64x64 pixels; a larger image is laid out with such maps, each with numbers of its own, from the
    left and the top, and what stands out is cut off. So the release is the case of one map. The noise of a camera is
    another in every pixel, which 64 numbers cannot be: for natural images each pixel has a number of its own (this is
    ours, not the paper's). So it is with ``residual``: a face of 64x64 pixels passes through the features as it is, the
    detail of a photograph does not, and is brought past them.

    Args:
        scale: HR pixels per LR pixel (release: 4).
        blocks: residual blocks before the first reduction, and before each further one (release: 12, 3).
        features: feature maps (release: 64).
        chance: a ``vector`` that is spread over faces (release), or a number for each of the ``pixels``.
        residual: whether the layers make what is added to HR averaged over ``scale`` x ``scale`` pixels, not LR itself.
    """

    def __init__(
        self,
        scale: OneOrMore,
        blocks: tuple[ZeroOrMore, ZeroOrMore] = (12, 3),
        features: OneOrMore = 64,
        chance: Literal["vector", "pixels"] = "vector",
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.residual = residual
        self.spread = nn.Linear(CHANCE, SIDE**2) if chance == "vector" else None
        layers: list[nn.Module] = [nn.Conv2d(3 + 1, features, 3, padding=1), nn.ReLU()]
        for number, factor in enumerate(prime_factors(scale)):
            layers += [NormalisedBlock(features, nn.ReLU()) for _ in range(blocks[min(number, 1)])]
            kernel = max(factor, 3)
            reduced = nn.Conv2d(features, features, kernel, stride=factor, padding=kernel // 2)
            layers += [nn.BatchNorm2d(features), nn.ReLU(), reduced]
        layers += [Rectified(features), Rectified(features), nn.Conv2d(features, 3, 3, padding=1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        """Map ``hr`` (B, 3, H, W) to ``lr`` (B, 3, H // scale, W // scale), both in [0, 1]; inside it is [-1, 1]."""
        height, width = (side // self.scale * self.scale for side in hr.shape[-2:])
        whole = hr[..., :height, :width]
        made: Tensor = self.layers(torch.cat([2 * whole - 1, self._chance(whole)], dim=1))
        made = made.float().tanh() / 2  # eight bits of bf16 are too few for what is a pixel
        if self.residual:
            return {"lr": (avg_pool2d(whole, self.scale) + made).clamp(0, 1)}
        return {"lr": made + 0.5}

    def _chance(self, hr: Tensor) -> Tensor:
        """Draw the fourth channel (B, 1, H, W), on the processor: so a seed means the same on every device."""
        count, _, height, width = hr.shape
        if self.spread is None:
            return torch.randn(count, 1, height, width).to(hr.device)
        rows, columns = -(-height // SIDE), -(-width // SIDE)
        numbers = torch.randn(count, rows * columns, CHANCE).to(hr.device)
        maps = self.spread(numbers).view(count, rows, columns, SIDE, SIDE)
        laid: Tensor = maps.transpose(2, 3).reshape(count, 1, rows * SIDE, columns * SIDE)
        return laid[..., :height, :width]


class Rectified(nn.Module):
    """One convolution and a ReLU, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layer = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.layer(features).relu()
        return features + residual


def prime_factors(number: int) -> list[int]:
    """Return the prime factors of ``number``, the smallest first.

    >>> prime_factors(12), prime_factors(1)
    ([2, 2, 3], [])
    """
    for factor in range(2, number + 1):
        if number % factor == 0:
            return [factor, *prime_factors(number // factor)]
    return []
