"""Upsamplers."""

from torch import nn

from pipeline.blocks.shuffle import PixelShuffle
from pipeline.errors import LearningError


class SubPixelUpsampler(nn.Sequential):
    """3x3 convolution and pixel shuffle: once for 2 and 3, repeated for 4 and 8; no activation (EDSR, RDN, RCAN).

    Maps (B, C, h, w) to (B, C, h * scale, w * scale).

    Args:
        features: feature maps, before and after.
        scale: 2, 3, 4 or 8; 1 for none.
        reads: feature maps before, where they are others.
    """

    def __init__(self, features: int, scale: int, reads: int | None = None) -> None:
        factors = {1: [], 2: [2], 3: [3], 4: [2, 2], 8: [2, 2, 2]}.get(scale)
        if factors is None:
            raise LearningError(f"scale: sub-pixel upsampling knows 1, 2, 3, 4 and 8, not {scale}")
        layers: list[nn.Module] = []
        for number, factor in enumerate(factors):
            read = features if number or reads is None else reads
            layers += [nn.Conv2d(read, features * factor**2, 3, padding=1), PixelShuffle(factor)]
        super().__init__(*layers)
