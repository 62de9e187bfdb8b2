"""CARN-M: CARN for small machines, of grouped convolutions, whose cascades each run one block again and again.

Ahn, Kang, Sohn, "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual Network", ECCV 2018,
arXiv:1803.08664, section 3.3. First weights are torch's, uniform by the inputs, which nobody has compared with the
authors'.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.cascade import Cascade, CascadingNetwork
from pipeline.bounds import Filled, OneOrMore
from pipeline.errors import LearningError

__all__ = ["CARNM"]


class CARNM(CascadingNetwork):
    """CARN-M; each scale has an upsampler of its own, all else is shared.

    Args:
        scales: those that it does (paper: 2, 3 and 4).
        cascades: cascading blocks (paper: 3).
        turns: how often each runs its residual block (paper: 3).
        features: feature maps, a multiple of ``groups`` (paper: 64).
        groups: of the 3x3 convolutions (paper: 4).
    """

    def __init__(
        self,
        scales: Filled[tuple[Literal[2, 3, 4], ...]],
        cascades: OneOrMore = 3,
        turns: OneOrMore = 3,
        features: OneOrMore = 64,
        groups: OneOrMore = 4,
    ) -> None:
        if features % groups:
            raise LearningError(f"features: {features} do not divide into {groups} groups; choose a multiple")

        def cascade() -> Cascade:
            return Cascade([EfficientBlock(features, groups)], turns, features)

        super().__init__(scales, cascade, cascades, features, groups)

    def forward(self, lr: Tensor, scale: int) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]; ``scale`` is one of the scales."""
        return self.restored(lr, scale)


class EfficientBlock(nn.Module):
    """Two grouped 3x3 convolutions and a 1x1 one, each with a ReLU but the last; the ReLU stands behind the sum."""

    def __init__(self, features: int, groups: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.Conv2d(features, features, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.layers(features)
        return (features + residual).relu()
