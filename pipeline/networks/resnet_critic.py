"""The critic of Bulat et al.: residual blocks without batch normalisation, kept in bounds by spectral normalisation.

Bulat, Yang, Tzimiropoulos, "To learn image super-resolution, use a GAN to learn how to do image degradation first",
ECCV 2018, arXiv:1807.11458: six blocks, then a fully connected layer; blocks and first weights are those of
the authors' release (jingyang2017/Face-and-Image-super-resolution), which has five. After Miyato et al., "Spectral
Normalization for Generative Adversarial Networks", ICLR 2018, arXiv:1802.05957.
"""

from __future__ import annotations

from math import sqrt

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["ResNetCritic"]


class ResNetCritic(nn.Module):
    """Blocks that halve the grid, blocks that keep it, the mean over all places, and one fully connected layer.

    The release takes the mean over the 4x4 places that are left of its faces: the same there; here any size is judged
    from ``least`` pixels on, of which halving leaves one.

    Args:
        halving: blocks at the beginning that halve the grid (release: 2 for LR of 16x16 pixels, 4 for HR of 64x64).
        steady: blocks behind them that keep it (paper: so that all are 6; release: 3 for LR, 1 for HR).
        features: feature maps (paper: 128).
    """

    def __init__(self, halving: OneOrMore = 2, steady: ZeroOrMore = 4, features: OneOrMore = 128) -> None:
        super().__init__()
        self.least = 2**halving
        widths = [3, *[features] * (halving - 1)]
        halved = [Halving(width, features, first=number == 0) for number, width in enumerate(widths)]
        self.blocks = nn.Sequential(*halved, *[Steady(features) for _ in range(steady)], nn.ReLU())
        judge = nn.Linear(features, 1)
        nn.init.xavier_uniform_(judge.weight)
        self.judge = spectral_norm(judge)

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, H, W) in [0, 1], of at least ``least`` pixels, to judgements (B, 1) without bounds."""
        judged: Tensor = self.judge(self.blocks(2 * image - 1).mean(dim=(-2, -1)))
        return judged


class Halving(nn.Module):
    """Two convolutions and a mean over 2x2 pixels, beside a convolution of single pixels and the same mean.

    Args:
        reads: feature maps that enter.
        features: feature maps that leave.
        first: whether an image enters, which has no activation before it.
    """

    def __init__(self, reads: int, features: int, *, first: bool) -> None:
        super().__init__()
        layers = [convolution(reads, features, 3), nn.ReLU(), convolution(features, features, 3), nn.AvgPool2d(2)]
        self.layers = nn.Sequential(*([] if first else [nn.ReLU()]), *layers)
        self.skip = nn.Sequential(nn.AvgPool2d(2), convolution(reads, features, 1))

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, h, w) to (B, C, h // 2, w // 2)."""
        residual: Tensor = self.layers(features)
        return residual + self.skip(features)


class Steady(nn.Module):
    """Two convolutions, each behind a ReLU, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(), convolution(features, features, 3), nn.ReLU(), convolution(features, features, 3)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.layers(features)
        return features + residual


def convolution(reads: int, features: int, kernel: int) -> nn.Module:
    """Return a convolution with spectral normalisation, and the first weights of the release."""
    made = nn.Conv2d(reads, features, kernel, padding=kernel // 2)
    nn.init.xavier_uniform_(made.weight, gain=sqrt(2) if kernel == 1 else 1.0)
    return spectral_norm(made)
