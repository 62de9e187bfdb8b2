"""Non-local EDSR: EDSR in which every pixel looks at all others twice on the way.

Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017, arXiv:1707.02921; Wang,
Girshick, Gupta, He, "Non-local Neural Networks", CVPR 2018, arXiv:1711.07971 (the embedded Gaussian). The surveys name
the idea, no paper prints this network: where its blocks stand and how far they look is ours.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from pipeline.blocks.mean_shift import MeanShift
from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.bounds import OneOrMore, Positive

__all__ = ["EDSRNonLocal"]

LEVELS = 255
"""By its square products of features are divided, as if these were of images in [0, 1]: of levels, softmax would choose
one pixel from the first step on, and learn nothing."""


class EDSRNonLocal(nn.Module):
    """EDSR's baseline with a non-local block behind the first half of its residual blocks, and one behind the second.

    A patch is looked at as a whole; a larger image in windows, so that memory and time grow as the image does. Windows
    lie on a grid from the upper left corner, and a picture is enlarged in tiles that begin on it.

    Args:
        scale: HR pixels per LR pixel.
        half: residual blocks in front of each non-local one.
        features: feature maps in each.
        scaling: factor of every residual.
        window: height and width, in LR pixels, of what is looked at as a whole.
    """

    def __init__(
        self,
        scale: Literal[2, 3, 4, 8],
        half: OneOrMore = 8,
        features: OneOrMore = 64,
        scaling: Positive = 1.0,
        window: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.grid = window
        self.shift = MeanShift()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(
            *[ResidualBlock(features, scaling) for _ in range(half)],
            NonLocal(features, window),
            *[ResidualBlock(features, scaling) for _ in range(half)],
            NonLocal(features, window),
            nn.Conv2d(features, features, 3, padding=1),
        )
        self.upsample = SubPixelUpsampler(features, scale)
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        head = self.head(self.shift(lr))
        return self.shift.back(self.tail(self.upsample(head + self.body(head))))


class NonLocal(nn.Module):
    """Adds to each pixel a mean of all pixels of its window, weighed by how alike they are (sections 3.2 and 3.3).

    The last weights begin at 0, as in the paper: a block begins as the identity. torch's attention holds a part of the
    weights at a time where it can: the whole of them are 67 MB for a window of 64x64 pixels.
    """

    def __init__(self, features: int, window: int) -> None:
        super().__init__()
        self.window = window
        between = max(1, features // 2)
        self.embed = nn.Conv2d(features, 3 * between, 1)
        self.restore = nn.Conv2d(between, features, 1)
        nn.init.zeros_(self.restore.weight)
        nn.init.zeros_(self.restore.get_parameter("bias"))

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        rows = self.embed(features).split(self.window, -2)
        seen = [torch.cat([attended(part) for part in row.split(self.window, -1)], dim=-1) for row in rows]
        residual: Tensor = self.restore(torch.cat(seen, dim=-2))
        return features + residual


def attended(embedded: Tensor) -> Tensor:
    """Let every pixel look at all others.

    Args:
        embedded: what a pixel asks for, what it answers to, and what it says (B, 3 * C, h, w).

    Returns:
        What a pixel hears (B, C, h, w): softmax of the products of what it asks for and what the others answer to,
        times what they say.
    """
    asks, answers, says = embedded.flatten(2).transpose(1, 2).chunk(3, dim=-1)
    heard = scaled_dot_product_attention(asks.unsqueeze(1), answers.unsqueeze(1), says.unsqueeze(1), scale=LEVELS**-2)
    return heard.squeeze(1).transpose(1, 2).reshape(*asks.shape[::2], *embedded.shape[-2:])
