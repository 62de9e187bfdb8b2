"""DSGAN's generator: gives a cleanly reduced image the noise and compression of real ones.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019, arXiv:1911.07850;
the layers are those of the authors' code (manuelfritsche/real-world-sr).
"""

from torch import Tensor, nn

from pipeline.blocks.reduction import Reduction
from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["DSGAN"]


class DSGAN(nn.Module):
    """Reads HR, reduces it by MATLAB's bicubic, and changes what is left by residual blocks.

    Args:
        scale: HR pixels per LR pixel (paper: 4).
        blocks: residual blocks (paper: 8).
        features: feature maps (paper: 64).
    """

    def __init__(self, scale: OneOrMore, blocks: ZeroOrMore = 8, features: OneOrMore = 64) -> None:
        super().__init__()
        self.scale = scale
        self.reduce = Reduction(scale)
        self.layers = nn.Sequential(
            nn.Conv2d(3, features, 3, padding=1),
            nn.PReLU(),
            *[Block(features) for _ in range(blocks)],
            nn.Conv2d(features, 3, 3, padding=1),
        )

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        """Map ``hr`` (B, 3, H, W) to ``lr`` (B, 3, H // scale, W // scale), both in [0, 1]."""
        made: Tensor = self.layers(self.reduce(hr))
        return {"lr": made.float().sigmoid()}  # eight bits of bf16 are too few for what is a pixel


class Block(nn.Module):
    """Two convolutions with one slope between them, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.PReLU(),
            nn.Conv2d(features, features, 3, padding=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.layers(features)
        return features + residual
