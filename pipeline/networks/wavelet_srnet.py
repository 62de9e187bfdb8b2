"""Wavelet-SRNet: the wavelet packets of a face, each predicted at the size of LR, and one fixed transform back.

Huang, He, Sun, Tan, "Wavelet-SRNet: A Wavelet-Based CNN for Multi-Scale Face Super Resolution", ICCV 2017, section 3.
Layers as in the authors' code (hhb072/WaveletSRNet).
"""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.haar import inverse_packets
from pipeline.blocks.pyramid import doublings
from pipeline.blocks.weights import multiply
from pipeline.bounds import Filled, OneOrMore, Positive

__all__ = ["WaveletSRNet"]


class WaveletSRNet(nn.Module):
    """Convolutions embed LR; heads predict the packets, one head for each turn of the transform.

    Where HR is 2**n times as large, it has 4**n packets of RGB. The first head makes the lowest, the next the 3 that
    the last transform adds to it, the others the 12, 48 and 192 of the transforms before. In a head each packet has
    convolutions of its own, behind a first one that reads all features. No image is added: what is not predicted is
    black. The packets are orthonormal, so those of ``sr`` are what the heads say: the losses ``wavelet`` and
    ``wavelet_texture`` judge them.

    Made for faces that all lie alike, 16x16 or so. Its first weights are normal, of variance 2 / (k² makes), as in the
    code.

    Args:
        scale: HR pixels per LR pixel.
        widths: feature maps of each stage of the embedding (paper: 64, 128, 256, 512, 1024).
        blocks: residual blocks of a stage (paper: 2).
        features: feature maps of each packet, twice as many before its last convolution (paper: 32).
        begins: what the first weights of the packets' last convolutions are multiplied by (paper: 1). By 1 the lowest
            packet begins nearly four times as strong as that of faces is; 0.01 spares the steps that take it away.
    """

    def __init__(
        self,
        scale: Literal[2, 4, 8, 16],
        widths: Filled[tuple[OneOrMore, ...]] = (64, 128, 256, 512, 1024),
        blocks: OneOrMore = 2,
        features: OneOrMore = 32,
        begins: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.levels = doublings(scale)
        layers = [nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for read, width in pairwise((widths[0], *widths)):
            layers += [Residual(read, width), *(Residual(width, width) for _ in range(blocks - 1))]
        self.embed = nn.Sequential(*layers)
        counts = [1, *(3 * 4**level for level in range(self.levels))]
        self.heads = nn.ModuleList(head(widths[-1], features, count) for count in counts)
        for each in self.modules():
            if isinstance(each, nn.Conv2d):
                normal(each)
        for each in self.heads:
            multiply(each.get_submodule("2"), begins)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        embedded = self.embed(lr)
        return inverse_packets(torch.cat([each(embedded) for each in self.heads], dim=1), self.levels)


class Residual(nn.Module):
    """Two 3x3 convolutions, normalised; the input is added before the second normalisation, then rectified.

    An input of another width is added through a 1x1 convolution.

    Args:
        reads: feature maps before it.
        makes: feature maps behind it.
        groups: parts of the maps that the first convolution, and the one of the input, keep apart.
        inner: parts that the second keeps apart.
    """

    def __init__(self, reads: int, makes: int, groups: int = 1, inner: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(reads, makes, 3, padding=1, groups=groups, bias=False)
        self.first_norm = nn.BatchNorm2d(makes)
        self.second = nn.Conv2d(makes, makes, 3, padding=1, groups=inner, bias=False)
        self.second_norm = nn.BatchNorm2d(makes)
        widen = nn.Conv2d(reads, makes, 1, groups=groups, bias=False)
        self.identity = nn.Identity() if reads == makes else widen

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, h, w) to (B, makes, h, w)."""
        inside = self.second(self.first_norm(self.first(features)).relu())
        made: Tensor = self.second_norm(inside + self.identity(features)).relu()
        return made


def head(reads: int, features: int, count: int) -> nn.Sequential:
    """Return what maps (B, reads, h, w) to ``count`` packets of RGB, (B, 3 * count, h, w)."""
    return nn.Sequential(
        Residual(reads, features * count, inner=count),
        Residual(features * count, 2 * features * count, groups=count, inner=count),
        nn.Conv2d(2 * features * count, 3 * count, 3, padding=1, groups=count),
    )


@torch.no_grad()
def normal(layer: nn.Conv2d) -> None:
    """Give ``layer`` its first weights."""
    layer.weight.normal_(std=sqrt(2 / (layer.kernel_size[0] * layer.kernel_size[1] * layer.out_channels)))
    if layer.bias is not None:
        layer.bias.zero_()
