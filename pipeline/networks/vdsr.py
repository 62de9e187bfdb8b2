"""VDSR: twenty 3x3 convolutions on interpolated luma learn what the interpolation lacks.

Kim, Lee, Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR 2016, arXiv:1511.04587.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["VDSR"]


class VDSR(nn.Module):
    """The input plus a learnt residual; one network serves several scales, as it never sees one.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it. 1 for pairs registered at one size.
        layers: convolutions (paper: 20, a receptive field of 41 pixels).
        features: feature maps between them (paper: 64).
    """

    def __init__(self, scale: OneOrMore, layers: OneOrMore = 20, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        widths = [1, *[features] * (layers - 1), 1]
        self.layers = nn.ModuleList(nn.Conv2d(read, made, 3, padding=1) for read, made in pairwise(widths))
        he_normal(self)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        features = ilr_y
        for layer in self.layers[:-1]:
            features = torch.relu(layer(features))
        return {"sr_y": ilr_y + self.layers[-1](features)}
