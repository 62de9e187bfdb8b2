"""Pixel-recursive super resolution: every pixel is drawn, given LR and all the pixels that were drawn before it.

Dahl, Norouzi, Shlens, "Pixel Recursive Super Resolution", ICCV 2017, arXiv:1702.00783, section 3. The prior is a
PixelCNN: van den Oord et al., "Conditional Image Generation with PixelCNN Decoders", NeurIPS 2016, arXiv:1606.05328.
"""

from __future__ import annotations

from math import log
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from pipeline.blocks.pyramid import Doubled, doublings
from pipeline.blocks.residual import ResidualBlock
from pipeline.bounds import OneOrMore, Positive, ZeroOrMore
from pipeline.errors import ImageError

__all__ = ["PixelRecursive"]

LEVELS = 256
"""Values that a colour of a pixel can have."""
SEED = 1
"""Of the numbers by which pixels are drawn: an image is always restored alike, alone or in a batch."""
FIRST, INSIDE = 7, 5
"""Height and width, in pixels, of the prior's kernels: of the first, and of those inside."""


class PixelRecursive(nn.Module):
    """Two networks that each say logits for every value of every pixel; their sum is the distribution of a pixel.

    The conditioning network reads LR, the prior the pixels above and on the left. The recipe ``autoregressive`` learns
    both, by ``bits``; drawing takes one pass of the prior for every pixel, in the order of reading, so that images must
    be small. It is made for faces of 8x8 that become 32x32.

    Where the paper is silent: the three colours of a pixel are drawn apart, given the pixels before; the masked layers
    inside add what they make to what they read; convolutions have no normalisation.

    Args:
        scale: HR pixels per LR pixel (paper: 4).
        blocks: residual blocks of the conditioning network before each doubling, and behind the last (paper: 6).
        features: its feature maps (paper: 32).
        layers: gated layers of the prior (paper: 20).
        seen: its feature maps (paper: 64).
        hidden: feature maps before its logits (paper: 1024).
        sharpness: what logits are multiplied by when pixels are drawn (paper: 1.0 to 1.2).
        largest: height and width, in HR pixels, of the largest image that is drawn.
    """

    looks_far = True
    draws = True

    def __init__(
        self,
        scale: Literal[2, 4, 8],
        blocks: ZeroOrMore = 6,
        features: OneOrMore = 32,
        layers: ZeroOrMore = 20,
        seen: OneOrMore = 64,
        hidden: OneOrMore = 1024,
        sharpness: Positive = 1.1,
        largest: OneOrMore = 64,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.sharpness = sharpness
        self.largest = largest
        self.reach = FIRST // 2 + layers * (INSIDE // 2)
        condition: list[nn.Module] = [nn.Conv2d(3, features, 3, padding=1)]
        for _ in range(doublings(scale)):
            condition += [*_blocks(blocks, features), Doubled(features), nn.ReLU()]
        self.condition = nn.Sequential(*condition, *_blocks(blocks, features), nn.Conv2d(features, 3 * LEVELS, 1))
        self.prior = nn.Sequential(
            Masked(3, seen, FIRST, itself=False),
            *[GatedLayer(seen) for _ in range(layers)],
            nn.Conv2d(seen, hidden, 1),
            nn.ReLU(),
            nn.Conv2d(hidden, 3 * LEVELS, 1),
        )

    def bits(self, lr: Tensor, hr: Tensor) -> dict[str, Tensor]:
        """Return the bits that a pixel of ``hr`` takes, its three colours together, as 0-d tensors.

        ``bits`` by both networks, ``bits_alone`` by the conditioning network alone.

        Args:
            lr: (B, 3, h, w) in [0, 1].
            hr: (B, 3, h * scale, w * scale) in [0, 1], of 8 bits.
        """
        alone = self.condition(lr - 0.5)
        both = alone + self.prior(hr - 0.5)
        return {"bits": _bits(both, hr), "bits_alone": _bits(alone, hr)}

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # a graph would hold every pixel
    @torch.no_grad()
    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) in [0, 1] to an image (B, 3, h * scale, w * scale) that was drawn, of 8 bits.

        Raises:
            ImageError: the image would be larger than ``largest``.
        """
        alone = self.condition(lr - 0.5).float()
        height, width = alone.shape[-2:]
        if max(height, width) > self.largest:
            raise ImageError(
                f"pixel_recursive draws pixel after pixel, of images up to {self.largest}x{self.largest}, not "
                f"{height}x{width}; raise `largest`, and take your time"
            )
        chance = torch.rand((height, width, 3), generator=torch.Generator().manual_seed(SEED)).to(alone.device)
        drawn = torch.zeros(len(lr), 3, height, width, device=alone.device)
        for row in range(height):
            for column in range(width):
                logits = alone[..., row, column] + self._prior_at(drawn, row, column)
                drawn[..., row, column] = _drawn(self.sharpness * logits, chance[row, column])
        return drawn

    def _prior_at(self, image: Tensor, row: int, column: int) -> Tensor:
        """Return the prior's logits (B, 3 * LEVELS) of one pixel, from what it sees of ``image``."""
        top, left = max(row - self.reach, 0), max(column - self.reach, 0)
        around = image[..., top : row + 1, left : column + self.reach + 1]
        logits: Tensor = self.prior(around - 0.5)[..., row - top, column - left].float()
        return logits


class Masked(nn.Conv2d):
    """A convolution that sees the pixels before one in the order of reading: above it, and on its left.

    Args:
        reads: feature maps before it.
        makes: feature maps behind it.
        kernel: height and width of the kernel in pixels, odd.
        itself: whether it sees the pixel as well (mask B of PixelCNN, else A).
    """

    def __init__(self, reads: int, makes: int, kernel: int, *, itself: bool) -> None:
        super().__init__(reads, makes, kernel, padding=kernel // 2)
        mask, middle = torch.zeros(kernel, kernel), kernel // 2
        mask[:middle] = 1
        mask[middle, : middle + itself] = 1
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, H, W) to (B, makes, H, W)."""
        return self._conv_forward(features, self.weight * self.get_buffer("mask"), self.bias)


class GatedLayer(nn.Module):
    """A masked 5x5 convolution, one half of it a gate of the other, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.look = Masked(features, 2 * features, INSIDE, itself=True)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        values, gate = self.look(features).chunk(2, dim=1)
        return features + values.tanh() * gate.sigmoid()


def _blocks(count: int, features: int) -> list[nn.Module]:
    return [ResidualBlock(features, scaling=1.0) for _ in range(count)]


def _bits(logits: Tensor, hr: Tensor) -> Tensor:
    """Return the bits of a pixel of ``hr`` by ``logits`` (B, 3 * LEVELS, H, W), summed over its colours."""
    by_level = logits.float().reshape(len(hr), 3, LEVELS, *hr.shape[-2:]).transpose(1, 2)
    truth = (hr * (LEVELS - 1)).round().long()
    return 3 * cross_entropy(by_level, truth) / log(2)


def _drawn(logits: Tensor, chance: Tensor) -> Tensor:
    """Return the colours (B, 3) in [0, 1] that ``chance`` (3,) in [0, 1) draws by ``logits`` (B, 3 * LEVELS)."""
    sums = logits.reshape(-1, 3, LEVELS).softmax(-1).cumsum(-1)
    levels = (sums < chance[:, None]).sum(-1).clamp(max=LEVELS - 1)
    return levels / (LEVELS - 1)
