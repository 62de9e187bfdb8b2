"""SRDenseNet: blocks of densely joined convolutions on LR luma, enlarged by transposed convolutions.

Tong, Li, Liu, Gao, "Image Super-Resolution Using Dense Skip Connections", ICCV 2017.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.weights import he_normal, with_strides
from pipeline.bounds import OneOrMore

__all__ = ["SRDenseNet"]


class SRDenseNet(nn.Module):
    """SRDenseNet_All; the paper's ablations hand less on to what enlarges (section 3.3).

    A layer reads what the layers before it in its block have made, and the first of a block what came before the block:
    so the network has 2,659,585 parameters, as in the public port. CARN's table (ECCV 2018) quotes 2,015K, which no
    reading that was tried gives. There is no skip from the input to the output. The first weights are those of He et
    al. The paper has x4 only; at x2 one transposed convolution enlarges instead of two (ours).

    Args:
        scale: HR pixels per LR pixel.
        levels: what is handed on. ``all``: the first layer and every block, through a bottleneck, as every block is
            handed them. ``high``: the last block alone (SRDenseNet_H). ``low-high``: the first layer too (_HL); both
            without a bottleneck, and a block is handed the one before. How wide their enlarging layers are the paper
            does not say: as wide as those of ``all`` here.
        blocks: dense blocks (paper: 8).
        layers: convolutions of each (paper: 8).
        growth: feature maps that each of them makes (paper: 16); a block makes ``layers`` times as many, and so does
            the first layer.
    """

    def __init__(
        self,
        scale: Literal[2, 4],
        levels: Literal["high", "low-high", "all"] = "all",
        blocks: OneOrMore = 8,
        layers: OneOrMore = 8,
        growth: OneOrMore = 16,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.levels = levels
        made = layers * growth
        handed = {"high": 1, "low-high": 2, "all": 1 + blocks}[levels] * made
        width = 2 * made
        self.extract = nn.Sequential(nn.Conv2d(1, made, 3, padding=1), nn.ReLU())
        reads = [made * (1 + older if levels == "all" else 1) for older in range(blocks)]
        self.blocks = nn.ModuleList(DenseBlock(read, layers, growth) for read in reads)
        bottleneck = [nn.Conv2d(handed, width, 1), nn.ReLU()] if levels == "all" else []
        self.bottleneck = nn.Sequential(*bottleneck)
        widths = [width if bottleneck else handed, *[width] * (scale // 2 - 1)]
        self.enlarge = nn.Sequential(*[doubled(read, width) for read in widths])
        self.reconstruct = nn.Conv2d(width, 1, 3, padding=1)
        he_normal(self)
        with_strides(self)

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), both in [0, 1]."""
        stack = [self.extract(lr_y)]
        for block in self.blocks:
            stack.append(block(torch.cat(stack if self.levels == "all" else stack[-1:], dim=1)))
        handed = {"high": stack[-1:], "low-high": [stack[0], stack[-1]], "all": stack}[self.levels]
        return {"sr_y": self.reconstruct(self.enlarge(self.bottleneck(torch.cat(handed, dim=1))))}


class DenseBlock(nn.Module):
    """Convolutions each of which reads all that those before it have made; only the first reads the input.

    Args:
        reads: feature maps of the input.
        layers: convolutions.
        growth: feature maps that each makes.
    """

    def __init__(self, reads: int, layers: int, growth: int) -> None:
        super().__init__()
        widths = [reads, *[number * growth for number in range(1, layers)]]
        self.layers = nn.ModuleList(nn.Conv2d(width, growth, 3, padding=1) for width in widths)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, h, w) to what all layers make, (B, layers * growth, h, w)."""
        first, *others = self.layers
        made = [first(features).relu()]
        for layer in others:
            made.append(layer(torch.cat(made, dim=1)).relu())
        return torch.cat(made, dim=1)


def doubled(reads: int, makes: int) -> nn.Sequential:
    """Return what maps (B, reads, h, w) to (B, makes, 2 * h, 2 * w)."""
    return nn.Sequential(nn.ConvTranspose2d(reads, makes, 3, stride=2, padding=1, output_padding=1), nn.ReLU())
