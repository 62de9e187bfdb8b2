"""Low-to-High: enlarges faces, learnt from what High-to-Low made of HR.

Bulat, Yang, Tzimiropoulos, "To learn image super-resolution, use a GAN to learn how to do image degradation first",
ECCV 2018, arXiv:1807.11458. The layers are those of the authors' release (``GEN_DEEP`` in
jingyang2017/Face-and-Image-super-resolution), but for a convolution there that nothing reads.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor, nn

from pipeline.bounds import OneOrMore

__all__ = ["LowToHigh"]


class LowToHigh(nn.Module):
    """Two stages of residual blocks, each with a skip over all of its blocks and an enlargement by two behind it.

    The release interpolates with aligned corners, which ties the place of a pixel to the size of the image: so
    ``looks_far``, and no picture is enlarged in tiles.

    Args:
        scale: HR pixels per LR pixel: 4 as in the release; at 2 the second stage does not enlarge.
        blocks: residual blocks of the stages (release: 12, 3).
        widths: feature maps of the first stage, of the second, and of what follows (release: 256, 128, 96).
    """

    looks_far: ClassVar[bool] = True

    def __init__(
        self,
        scale: Literal[2, 4],
        blocks: tuple[OneOrMore, OneOrMore] = (12, 3),
        widths: tuple[OneOrMore, OneOrMore, OneOrMore] = (256, 128, 96),
    ) -> None:
        super().__init__()
        self.scale = scale
        first, second, last = widths
        self.head = nn.Conv2d(3, first, 3, padding=1, bias=False)
        self.first = Stage(first, first, blocks[0], enlarges=True)
        self.second = Stage(first, second, blocks[1], enlarges=scale > 2)
        self.tail = nn.Sequential(
            nn.Conv2d(second, last, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.Conv2d(last, last, 1),
            nn.ReLU(),
            nn.Conv2d(last, 3, 1),
        )

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]; inside it is [-1, 1]."""
        restored: Tensor = self.tail(self.second(self.first(self.head(2 * lr - 1))))
        return (restored.float().tanh() + 1) / 2  # eight bits of bf16 are too few for what is a pixel


class Stage(nn.Module):
    """Blocks, a skip over them, interpolation, and a convolution of single pixels."""

    def __init__(self, reads: int, features: int, blocks: int, *, enlarges: bool) -> None:
        super().__init__()
        widths = [reads, *[features] * (blocks - 1)]
        self.blocks = nn.Sequential(*[Block(width, features) for width in widths])
        self.skip = skip(reads, features)
        interpolated = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        self.enlarge = nn.Sequential(
            interpolated if enlarges else nn.Identity(),
            nn.BatchNorm2d(features),
            nn.ReLU(),
            nn.Conv2d(features, features, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, h, w) to (B, C, h * 2, w * 2), or to (B, C, h, w)."""
        enlarged: Tensor = self.enlarge(self.blocks(features) + self.skip(features))
        return enlarged


class Block(nn.Module):
    """Two convolutions, each behind a normalisation and a ReLU, added to the input."""

    def __init__(self, reads: int, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(reads),
            nn.ReLU(),
            nn.Conv2d(reads, features, 3, padding=1, bias=False),
            nn.BatchNorm2d(features),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1, bias=False),
        )
        self.skip = skip(reads, features)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, h, w) to (B, C, h, w)."""
        residual: Tensor = self.layers(features)
        return residual + self.skip(features)


def skip(reads: int, features: int) -> nn.Module:
    """Return what leads past: nothing to learn where the width stays."""
    return nn.Identity() if reads == features else nn.Conv2d(reads, features, 1)
