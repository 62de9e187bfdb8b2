"""EDSR-PP: EDSR whose features are joined by their means over coarse grids, before they are enlarged.

Park, Kim, Chun, "Efficient Module Based Single Image Super Resolution for Multiple Problems", CVPRW 2018 (NTIRE); its
pyramid pooling is that of Zhao, Shi, Qi, Wang, Jia, "Pyramid Scene Parsing Network", CVPR 2017, arXiv:1612.01105.
"""

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import Filled, OneOrMore, Positive, ZeroOrMore

__all__ = ["EDSRPP"]


class EDSRPP(nn.Module):
    """EDSR's baseline with a pyramid of pools (which grids and how many blocks the paper has is unverified).

    Every pixel depends on the whole image, so no picture is enlarged in tiles.

    Args:
        scale: HR pixels per LR pixel.
        blocks: residual blocks.
        features: feature maps in each; of each grid there are ``features // len(grids)``, or one.
        scaling: factor of every residual.
        grids: cells along each side of the image whose means are taken (PSPNet: 1, 2, 3, 6).
    """

    looks_far: ClassVar[bool] = True

    def __init__(
        self,
        scale: Literal[2, 3, 4, 8],
        blocks: ZeroOrMore = 16,
        features: OneOrMore = 64,
        scaling: Positive = 1.0,
        grids: Filled[tuple[OneOrMore, ...]] = (1, 2, 3, 6),
    ) -> None:
        super().__init__()
        self.scale = scale
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(
            *[ResidualBlock(features, scaling) for _ in range(blocks)],
            nn.Conv2d(features, features, 3, padding=1),
        )
        self.pyramid = PyramidPooling(features, grids)
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        head = self.head(self.shift(lr))
        return self.shift.back(self.tail(self.upsample(self.pyramid(head + self.body(head)))))


class PyramidPooling(nn.Module):
    """Means over the cells of grids, made ``1 / len(grids)`` as wide, enlarged, and joined with what they are of.

    Cells overlap by a pixel where a grid does not divide the image, and lie on one another where it is finer; they are
    enlarged bilinearly, between their centres.
    """

    def __init__(self, features: int, grids: tuple[int, ...]) -> None:
        super().__init__()
        self.grids = grids
        width = max(1, features // len(grids))
        self.levels = nn.ModuleList(nn.Conv2d(features, width, 1) for _ in grids)
        self.join = nn.Conv2d(features + width * len(grids), features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        size, levels = features.shape[-2:], [features]
        for grid, level in zip(self.grids, self.levels, strict=True):
            means = level(adaptive_avg_pool2d(features, grid)).relu()
            levels.append(interpolate(means, size=size, mode="bilinear", align_corners=False))
        joined: Tensor = self.join(torch.cat(levels, dim=1))
        return joined
