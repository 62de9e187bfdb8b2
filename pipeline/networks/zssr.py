"""ZSSR: eight 3x3 convolutions, small enough to learn from one image.

Shocher, Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087,
section 3.2. The first weights are those of the authors' code (assafshocher/ZSSR).
"""

from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor, nn

from pipeline.bounds import OneOrMore, Positive

__all__ = ["ZSSR"]


class ZSSR(nn.Module):
    """The enlarged input plus a learnt residual; it never sees a scale, so that one network enlarges gradually.

    It reads ``ilr``. The recipe ``zero_shot`` makes that field itself, by cubic interpolation that is not rounded, from
    every son; other recipes are handed the one of the pairs.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        layers: convolutions (paper: 8).
        features: feature maps between them (paper: 64).
        variance: of the first weights, times the inputs of a neuron; small, as the residual is.
    """

    def __init__(
        self, scale: OneOrMore, layers: OneOrMore = 8, features: OneOrMore = 64, variance: Positive = 0.1
    ) -> None:
        super().__init__()
        self.scale = scale
        widths = [3, *[features] * (layers - 1), 3]
        self.layers = nn.ModuleList(nn.Conv2d(read, made, 3, padding=1, bias=False) for read, made in pairwise(widths))
        for layer, read in zip(self.layers, widths, strict=False):
            nn.init.normal_(layer.get_parameter("weight"), std=sqrt(variance / (9 * read)))

    def forward(self, ilr: Tensor) -> Tensor:
        """Map ``ilr`` (B, 3, H, W) to the restored image of the same size, both in [0, 1]."""
        features = ilr
        for layer in self.layers[:-1]:
            features = torch.relu(layer(features))
        restored: Tensor = ilr + self.layers[-1](features)
        return restored
