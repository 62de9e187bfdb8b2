"""LRFNet: residual blocks on interpolated RGB that see far, by long kernels of one dimension or by dilation.

Seif, Androutsos, "Large Receptive Field Networks for High-Scale Image Super-Resolution", CVPRW 2018, section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from torch import Tensor, nn

from pipeline.bounds import Filled, Odd, OneOrMore

__all__ = ["LRFNet"]

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "none": ("square", "relu", "square"),
    "A": ("lying", "relu", "upright"),
    "B": ("relu", "lying", "upright"),
    "C": ("relu", "cross"),
    "D": ("cross", "relu"),
}
"""The layers of a block for each separation of its kernels (paper, figure 3)."""


class LRFNet(nn.Module):
    """All four networks of the paper, which are one with other kernels.

    - baseline: ``separation: none``, ``kernel: 3`` (and 5, 7, 9, 11);
    - LRFNet-S: ``separation: A``, ``kernel: 9``, as here by default (and 3, 5, 7, 11);
    - LRFNet-A: ``separation: none``, ``kernel: 3``, ``rates: [1, 4, 8]``;
    - LRFNet-SA: ``separation: A``, ``rates: [1, 4, 8]``.

    The parameters that the paper prints leave room for no enlarging layer and for no convolution behind the blocks.
    Whether it adds the head's features there (as EDSR does) or the input at the end is not known; we chose the first,
    and offer both. Nothing is said of a mean that is subtracted; here none is.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        separation: of the kernels of a block; the paper's best is A, 1 x k then k x 1 with a ReLU between them.
        kernel: length k of the kernels in pixels of the enlarged image, without the gaps of dilation.
        rates: of dilation, spread over the blocks from the first to the last in equal shares.
        blocks: residual blocks (paper: 12, a depth of 26 convolutions).
        features: feature maps (paper: 64).
        long_skip: adds the head's features to what the blocks make of them.
        global_skip: adds the input to the output.
    """

    def __init__(
        self,
        scale: OneOrMore,
        separation: Literal["none", "A", "B", "C", "D"] = "A",
        kernel: Odd = 9,
        rates: Filled[tuple[OneOrMore, ...]] = (1,),
        blocks: OneOrMore = 12,
        features: OneOrMore = 64,
        long_skip: bool = True,
        global_skip: bool = False,
    ) -> None:
        super().__init__()
        assert len(rates) <= blocks, "every rate has a block"
        self.scale = scale
        self.long_skip = long_skip
        self.global_skip = global_skip
        spread = [rates[number * len(rates) // blocks] for number in range(blocks)]
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.blocks = nn.Sequential(*[Block(SCHEMES[separation], features, kernel, rate) for rate in spread])
        self.tail = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, ilr: Tensor) -> Tensor:
        """Map ``ilr`` (B, 3, H, W) to the restored image of the same size, both in [0, 1]."""
        head = self.head(ilr)
        features = self.blocks(head)
        restored: Tensor = self.tail(head + features if self.long_skip else features)
        return ilr + restored if self.global_skip else restored


class Block(nn.Module):
    """Layers of one scheme, added to the input.

    Args:
        scheme: words of ``layer``.
        features: feature maps.
        kernel: length of the kernels in pixels.
        rate: of dilation; a kernel then spans kernel + (kernel - 1) * (rate - 1) pixels.
    """

    def __init__(self, scheme: tuple[str, ...], features: int, kernel: int, rate: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*[layer(word, features, kernel, rate) for word in scheme])

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        residual: Tensor = self.layers(features)
        return features + residual


class Cross(nn.Module):
    """The sum of a lying and an upright kernel, which see the same."""

    def __init__(self, features: int, kernel: int, rate: int) -> None:
        super().__init__()
        self.lying = layer("lying", features, kernel, rate)
        self.upright = layer("upright", features, kernel, rate)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        seen: Tensor = self.lying(features) + self.upright(features)
        return seen


def layer(word: str, features: int, kernel: int, rate: int) -> nn.Module:
    """Return the layer that ``word`` names: ``relu``, a ``cross``, or a ``square``, ``lying``, ``upright`` kernel."""
    if word == "relu":
        return nn.ReLU()
    if word == "cross":
        return Cross(features, kernel, rate)
    sides = {"square": (kernel, kernel), "lying": (1, kernel), "upright": (kernel, 1)}[word]
    return nn.Conv2d(features, features, sides, padding="same", dilation=rate)
