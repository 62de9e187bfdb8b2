"""CARN: residual blocks in a cascade of cascades, for several scales in one set of weights.

Ahn, Kang, Sohn, "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network", ECCV 2018,
arXiv:1803.08664. First weights are torch's, uniform by the inputs, which nobody has compared with the authors'.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.cascade import Cascade, CascadingNetwork
from pipeline.bounds import Filled, OneOrMore

__all__ = ["CARN"]


class CARN(CascadingNetwork):
    """CARN; each scale has an upsampler of its own, all else is shared.

    Args:
        scales: those that it does (paper: 2, 3 and 4).
        cascades: cascading blocks (paper: 3).
        blocks: residual blocks in each (paper: 3).
        features: feature maps (paper: 64).
    """

    def __init__(
        self,
        scales: Filled[tuple[Literal[2, 3, 4], ...]],
        cascades: OneOrMore = 3,
        blocks: OneOrMore = 3,
        features: OneOrMore = 64,
    ) -> None:

        def cascade() -> Cascade:
            return Cascade([Block(features) for _ in range(blocks)], blocks, features)

        super().__init__(scales, cascade, cascades, features, groups=1)

    def forward(self, lr: Tensor, scale: int) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]; ``scale`` is one of the scales."""
        return self.restored(lr, scale)


class Block(nn.Module):
    """Two 3x3 convolutions with a ReLU between them, added to the input, and a ReLU behind the sum."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.second(self.first(features).relu())
        return (features + residual).relu()
