"""DRRN: a residual unit applied twenty-five times, always beside where it began.

Tai, Yang, Liu, "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017.
"""

from torch import Tensor, nn

from pipeline.blocks.recursion import PreActivation, RecursiveResidual
from pipeline.blocks.weights import he_normal, multiply
from pipeline.bounds import OneOrMore, Positive

__all__ = ["DRRN"]


class DRRN(nn.Module):
    """B1U25; B1U9 has ``recursions: 9``. One network serves several scales, as it never sees one.

    Convolutions have no bias: the 297K parameters that the paper prints are their weights alone. The authors' release
    has biases, but what normalisation comes behind takes away again all but the last one's single value.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it. 1 for pairs registered at one size.
        blocks: recursive blocks, the paper's B, each with weights of its own.
        recursions: how often the unit of a block is applied, the paper's U.
        features: feature maps (paper: 128).
        begins: what the first weights of the last layer, He's, are multiplied by (paper: 1). What reaches that layer is
            normalised, so the first residual is as large as an image; Adam takes thousands of steps to make it small.
    """

    bf16_harms = True  # each of the twenty-five turns enlarges what the turns before have rounded

    def __init__(
        self,
        scale: OneOrMore,
        blocks: OneOrMore = 1,
        recursions: OneOrMore = 25,
        features: OneOrMore = 128,
        begins: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        read = [1, *[features] * (blocks - 1)]
        self.blocks = nn.Sequential(*[RecursiveBlock(reads, features, recursions) for reads in read])
        self.tail = PreActivation(features, 1, 3)
        he_normal(self)
        multiply(self.tail, begins)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        return {"sr_y": ilr_y + self.tail(self.blocks(ilr_y))}


class RecursiveBlock(nn.Module):
    """A convolution, and units that each add to its output what they make of the unit before (section 3.2)."""

    def __init__(self, reads: int, features: int, recursions: int) -> None:
        super().__init__()
        self.recursions = recursions
        self.head = PreActivation(reads, features, 3)
        self.residual = RecursiveResidual(features, recursions)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, reads, H, W) to (B, C, H, W)."""
        state = head = self.head(features)
        for turn in range(self.recursions):
            state = head + self.residual(state, turn)
        return state
