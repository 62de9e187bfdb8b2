"""IDN: blocks that keep some of their feature maps aside and go on with the others, on LR luma.

Hui, Wang, Gao, "Fast and Accurate Single Image Super-Resolution via Information Distillation Network", CVPR 2018,
arXiv:1803.09454. The place of the transposed convolution is that of the authors' Caffe model.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.weights import he_normal, with_strides
from pipeline.bounds import Fours, OneOrMore

__all__ = ["IDN"]

SLOPE = 0.05
"""Of the leaky ReLU behind every convolution but the last, below 0."""
GROUPS = 4
"""Of the second and the fifth convolution of a block."""
KERNEL = 17
"""Height and width, in HR pixels, of what one LR pixel becomes."""


class IDN(nn.Module):
    """Two convolutions, distillation blocks, a transposed convolution, and the bicubic enlargement added.

    The middle of the last layer's kernel lies on the last HR pixel of an LR pixel's cell, the lower right one: pixel
    ``scale * i + scale - 1`` of LR pixel ``i``, counted from 0. The first weights are those of He et al.

    The paper learns in two phases, by the absolute error and then by the squared one on larger patches (section 3.3).

    Args:
        scale: HR pixels per LR pixel; the layers are the same for every one.
        blocks: distillation blocks (paper: 4).
        kept: feature maps that a block sets aside (paper: 16); four times as many enter and leave it.
    """

    def __init__(self, scale: Literal[2, 3, 4], blocks: OneOrMore = 4, kept: Fours = 16) -> None:
        super().__init__()
        self.scale = scale
        features = 4 * kept
        self.extract = nn.Sequential(layer(1, features), layer(features, features))
        self.blocks = nn.Sequential(*[DistillationBlock(kept) for _ in range(blocks)])
        self.enlarge = nn.ConvTranspose2d(features, 1, KERNEL, stride=scale, padding=KERNEL // 2 + 1 - scale)
        he_normal(self)
        with_strides(self)

    def forward(self, lr_y: Tensor, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) and ``ilr_y`` (B, 1, H, W) to ``sr_y`` (B, 1, H, W), all in [0, 1]."""
        residual = self.enlarge(self.blocks(self.extract(lr_y)))
        return {"sr_y": ilr_y + residual[..., : ilr_y.shape[-2], : ilr_y.shape[-1]]}


class DistillationBlock(nn.Module):
    """Enhancement in two steps, then compression (sections 3.1 and 3.2).

    Of what the first step makes, ``kept`` maps are set aside; the second makes ``5 * kept`` of the others. To these the
    input is added, with what was set aside behind it, and a 1x1 convolution leaves ``4 * kept``.

    Args:
        kept: feature maps that are set aside.
    """

    def __init__(self, kept: int) -> None:
        super().__init__()
        self.kept = kept
        self.first = nn.Sequential(
            layer(4 * kept, 3 * kept), layer(3 * kept, 2 * kept, groups=GROUPS), layer(2 * kept, 4 * kept)
        )
        self.second = nn.Sequential(
            layer(3 * kept, 4 * kept), layer(4 * kept, 3 * kept, groups=GROUPS), layer(3 * kept, 5 * kept)
        )
        self.compress = layer(5 * kept, 4 * kept, kernel=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, 4 * kept, h, w) to the same shape."""
        first = self.first(features)
        kept, others = first[:, : self.kept], first[:, self.kept :]
        compressed: Tensor = self.compress(self.second(others) + torch.cat([features, kept], dim=1))
        return compressed


def layer(reads: int, makes: int, kernel: int = 3, groups: int = 1) -> nn.Sequential:
    """Return a convolution that keeps the size, and a leaky ReLU."""
    convolution = nn.Conv2d(reads, makes, kernel, padding=kernel // 2, groups=groups)
    return nn.Sequential(convolution, nn.LeakyReLU(SLOPE))
