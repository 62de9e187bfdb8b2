"""RDN: residual dense blocks on RGB, whose outputs are all fused before they are enlarged.

Zhang, Tian, Kong, Zhong, Fu, "Residual Dense Network for Image Super-Resolution", CVPR 2018, arXiv:1802.08797. Levels
are those of EDSR, as in EDSR's code, where RDN stands beside it; the authors' Torch code has others.
"""

from typing import Literal

from torch import Tensor, nn

from pipeline.blocks.dense import DenseEncoder
from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore

__all__ = ["RDN"]


class RDN(nn.Module):
    """RDN of D = 16, C = 8, G = 64; that of D = 20, C = 6, G = 32 is published, too.

    Args:
        scale: HR pixels per LR pixel.
        blocks: D, residual dense blocks.
        layers: C, convolutions in each.
        growth: G, feature maps that each convolution makes, and the upsampler.
        features: G0, feature maps between the blocks.
    """

    def __init__(
        self,
        scale: Literal[2, 3, 4, 8],
        blocks: OneOrMore = 16,
        layers: OneOrMore = 8,
        growth: OneOrMore = 64,
        features: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.shift = MeanShift()
        self.encoder = DenseEncoder(blocks, layers, growth, features)
        self.upsample = SubPixelUpsampler(growth, scale, reads=features)
        self.tail = nn.Conv2d(growth, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        return self.shift.back(self.tail(self.upsample(self.encoder(self.shift(lr)))))
