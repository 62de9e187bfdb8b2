"""MDSR: one EDSR for several scales, which differ in what comes before the shared trunk, and in the upsampler.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017,
arXiv:1707.02921, section 3.3. The last convolution is shared, as in the PyTorch release, and no residual is scaled.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.by_scale import ByScale
from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.residual import ResidualBlock, ResidualBody
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import Filled, OneOrMore

__all__ = ["MDSR"]


class MDSR(nn.Module):
    """The baseline (16 blocks) and the full network (80 of them).

    Args:
        scales: those that it does (paper: 2, 3 and 4).
        blocks: residual blocks of the trunk.
        features: feature maps.
    """

    def __init__(
        self,
        scales: Filled[tuple[Literal[2, 3, 4, 8], ...]],
        blocks: OneOrMore = 16,
        features: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scales = scales
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.before = ByScale(
            scales, lambda _: nn.Sequential(*[ResidualBlock(features, 1.0, kernel=5) for _ in range(2)])
        )
        self.trunk = ResidualBody(blocks, features, 1.0)
        self.upsample = ByScale(scales, lambda scale: SubPixelUpsampler(features, scale))
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor, scale: int) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]; ``scale`` is one of the scales."""
        own = self.before(self.head(self.shift(lr)), scale)
        return self.shift.back(self.tail(self.upsample(own + self.trunk(own), scale)))
