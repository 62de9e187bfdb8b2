"""MS-LapSRN: LapSRN whose levels share one set of weights, and whose features are embedded by a recursion.

Lai, Huang, Ahuja, Yang, "Fast and Accurate Image Super-Resolution with Deep Laplacian Pyramid Networks", TPAMI 2018,
arXiv:1710.01992, section 4.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.by_scale import unknown
from pipeline.blocks.pyramid import FIRST, Doubled, bilinear_doubling, climbed, doublings
from pipeline.blocks.weights import he_normal
from pipeline.bounds import Filled, OneOrMore

__all__ = ["MSLapSRN"]

SLOPE = 0.2
"""Of the leaky ReLUs where their input is negative."""


class MSLapSRN(nn.Module):
    """D5R8, skips from the source (SS): weights are shared by recursions, and by levels; no weight knows the scale.

    So one set learns 2, 4 and 8, a scale per batch. Every level is supervised as in LapSRN, by losses that read
    ``sr_half_y`` and ``sr_quarter_y`` beside ``sr_y``.

    The first weights are He's but for the first convolution, normal and tiny as released, and for the enlargement of
    images, which begins as bilinear interpolation.

    Args:
        scales: those that it does (paper: 2, 4 and 8).
        layers: convolutions of a recursion, the paper's D.
        recursions: how often they are applied at each level, the paper's R.
        features: feature maps (paper: 64).
    """

    def __init__(
        self,
        scales: Filled[tuple[Literal[2, 4, 8], ...]],
        layers: OneOrMore = 5,
        recursions: OneOrMore = 8,
        features: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scales = scales
        self.head = nn.Conv2d(1, features, 3, padding=1)
        self.level = RecursiveLevel(layers, recursions, features)
        he_normal(self)
        nn.init.normal_(self.get_parameter("head.weight"), std=FIRST)
        bilinear_doubling(self.level.enlarge_image)

    def forward(self, lr_y: Tensor, scale: int) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), all in [0, 1].

        At x4 also ``sr_half_y``, half as high and wide; at x8 ``sr_quarter_y`` too.

        Raises:
            LearningError: ``scale`` is none of the scales.
        """
        if scale not in self.scales:
            raise unknown(scale, self.scales)
        return climbed([self.level] * doublings(scale), self.head(lr_y), lr_y)


class RecursiveLevel(nn.Module):
    """What every level of the pyramid does; activations stand in front of convolutions.

    Args:
        layers: convolutions of a recursion.
        recursions: how often they are applied.
        features: feature maps.
    """

    def __init__(self, layers: int, recursions: int, features: int) -> None:
        super().__init__()
        self.recursions = recursions
        embed: list[nn.Module] = []
        for _ in range(layers):
            embed += [nn.LeakyReLU(SLOPE), nn.Conv2d(features, features, 3, padding=1)]
        self.embed = nn.Sequential(*embed)
        self.enlarge_features = nn.Sequential(nn.LeakyReLU(SLOPE), Doubled(features))
        self.residual = nn.Conv2d(features, 1, 3, padding=1)
        self.enlarge_image = nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1, bias=False)

    def forward(self, features: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map features (B, C, h, w) and image (B, 1, h, w) to both at twice the size."""
        state = features
        for _ in range(self.recursions):
            state = features + self.embed(state)
        larger = self.enlarge_features(state)
        return larger, self.enlarge_image(image) + self.residual(larger)
