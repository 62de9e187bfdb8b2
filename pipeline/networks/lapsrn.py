"""LapSRN: a Laplacian pyramid of residuals on luma, each level twice as large and an image of its own.

Lai, Huang, Ahuja, Yang, "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017,
arXiv:1704.03915, section 3.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.pyramid import FIRST, Doubled, bilinear_doubling, climbed, doublings
from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["LapSRN"]

SLOPE = 0.2
"""Of the leaky ReLUs where their input is negative."""


class LapSRN(nn.Module):
    """At each level convolutions, a transposed one that doubles the features, and the residual of the level's image.

    A level's image is the one below, doubled by a learnt transposed convolution that begins as bilinear interpolation,
    and the residual. The features go on to the next level. Each level is supervised: losses that read ``sr_half_y``
    and ``sr_quarter_y`` beside ``sr_y``.

    The transposed convolution of the features is 3x3 and its last row and column are cut, as in the authors' release;
    the paper's figure shows 4x4. The first weights are He's but for the first convolution, normal and tiny as released,
    and for the enlargement of images.

    Args:
        scale: HR pixels per LR pixel; 8 also makes the images of 2 and 4.
        layers: convolutions of a level before it doubles; None for the paper's 10, and at x8 the release's 5.
        features: feature maps (paper: 64).
    """

    def __init__(self, scale: Literal[2, 4, 8], layers: OneOrMore | None = None, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        depth = layers or (5 if scale == 8 else 10)
        self.head = nn.Sequential(nn.Conv2d(1, features, 3, padding=1), nn.LeakyReLU(SLOPE))
        self.levels = nn.ModuleList(Level(depth, features) for _ in range(doublings(scale)))
        he_normal(self)
        nn.init.normal_(self.get_parameter("head.0.weight"), std=FIRST)
        for level in self.levels:
            bilinear_doubling(level.get_submodule("enlarge_image"))

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), all in [0, 1].

        At x4 also ``sr_half_y``, half as high and wide; at x8 ``sr_quarter_y`` too.
        """
        return climbed(self.levels, self.head(lr_y), lr_y)


class Level(nn.Module):
    """One level of the pyramid.

    Args:
        layers: convolutions before the features are doubled.
        features: feature maps.
    """

    def __init__(self, layers: int, features: int) -> None:
        super().__init__()
        embed: list[nn.Module] = []
        for _ in range(layers):
            embed += [nn.Conv2d(features, features, 3, padding=1), nn.LeakyReLU(SLOPE)]
        self.embed = nn.Sequential(*embed, Doubled(features), nn.LeakyReLU(SLOPE))
        self.residual = nn.Conv2d(features, 1, 3, padding=1)
        self.enlarge_image = nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1, bias=False)

    def forward(self, features: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map features (B, C, h, w) and image (B, 1, h, w) to both at twice the size."""
        larger = self.embed(features)
        return larger, self.enlarge_image(image) + self.residual(larger)
