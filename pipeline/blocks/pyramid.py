"""Pyramids: images that double from level to level, and how features and images are doubled.

Lai, Huang, Ahuja, Yang, "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017,
arXiv:1704.03915, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

LEVELS = ("sr_y", "sr_half_y", "sr_quarter_y")
"""The fields of a pyramid's images, the largest first."""
FIRST = 1e-3
"""Standard deviation of the first convolution's first weights, as released: features that begin tiny."""


class Doubled(nn.Module):
    """A 3x3 transposed convolution of stride 2 without the last row and column of what it makes.

    Not torch's ``padding=1, output_padding=1``, which leaves out the first ones: released weights are 9 dB off there.

    Args:
        features: feature maps, before and after.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layer = nn.ConvTranspose2d(features, features, 3, stride=2)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to (B, C, 2 * h, 2 * w)."""
        larger: Tensor = self.layer(features)
        return larger[..., :-1, :-1]


def doublings(scale: int) -> int:
    """Return how often an image is doubled until it is ``scale`` times as high and wide.

    >>> [doublings(scale) for scale in (2, 4, 8)]
    [1, 2, 3]
    """
    return scale.bit_length() - 1


def climbed(levels: Iterable[nn.Module], features: Tensor, image: Tensor) -> dict[str, Tensor]:
    """Return the image that each of ``levels`` makes, the largest first, as ``sr_y``, ``sr_half_y`` ...

    A level maps features (B, C, h, w) and image (B, 1, h, w) to both at twice the size.
    """
    images: list[Tensor] = []
    for level in levels:
        features, image = level(features, image)
        images.append(image)
    return dict(zip(LEVELS, reversed(images), strict=False))


def bilinear_doubling(layer: nn.Module) -> None:
    """Let a 4x4 transposed convolution of one map begin as bilinear interpolation; beyond the edge are zeros."""
    line = torch.tensor([0.25, 0.75, 0.75, 0.25])
    with torch.no_grad():
        layer.get_parameter("weight").copy_(line.outer(line))
