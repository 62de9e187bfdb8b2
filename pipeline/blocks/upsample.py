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
    """

    def __init__(self, features: int, scale: int) -> None:
        factors = {1: [], 2: [2], 3: [3], 4: [2, 2], 8: [2, 2, 2]}.get(scale)
        if factors is None:
            raise LearningError(f"scale: sub-pixel upsampling knows 1, 2, 3, 4 and 8, not {scale}")
        layers: list[nn.Module] = []
        for factor in factors:
            layers += [nn.Conv2d(features, features * factor**2, 3, padding=1), PixelShuffle(factor)]
        super().__init__(*layers)
