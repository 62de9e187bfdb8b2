"""MemNet: blocks of recursions, each ended by a gate that reads all memories so far.

Tai, Yang, Liu, Xu, "MemNet: A Persistent Memory Network for Image Restoration", ICCV 2017, arXiv:1708.02209.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from pipeline.blocks.recursion import PreActivation, RecursiveResidual
from pipeline.blocks.weights import he_normal, multiply
from pipeline.bounds import OneOrMore, Positive

__all__ = ["MemNet"]


class MemNet(nn.Module):
    """M6R6, supervised at every memory; one network serves several scales, as it never sees one.

    An image is restored from each memory by one convolution, behind a normalisation of the memory's own, and the result
    is their weighted sum. The weights are learnt, begin as a mean (our choice; in the release each begins as Caffe's
    default, 1), and are not divided by their sum. The loss is 1/7 of that of ``sr_y`` and 6/7 of that of ``sr_y_each``
    for six blocks (section 3.3).

    Convolutions have no bias: the 677K parameters that the paper prints are their weights alone. The authors' release
    has biases, but what normalisation comes behind takes away again all but the last one's single value.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it. 1 for pairs registered at one size.
        blocks: memory blocks, the paper's M.
        recursions: how often the unit of a block is applied, the paper's R.
        features: feature maps (paper: 64).
        begins: what the first weights of the last convolution, He's, are multiplied by (paper: 1); as in ``drrn``.
    """

    def __init__(
        self,
        scale: OneOrMore,
        blocks: OneOrMore = 6,
        recursions: OneOrMore = 6,
        features: OneOrMore = 64,
        begins: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.extract = PreActivation(1, features, 3)
        self.blocks = nn.ModuleList(MemoryBlock(features, recursions, 1 + older) for older in range(blocks))
        self.norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(blocks))
        self.reconstruct = nn.Conv2d(features, 1, 3, padding=1, bias=False)
        self.weight = nn.Parameter(torch.full((blocks,), 1 / blocks))
        he_normal(self)
        multiply(self.reconstruct, begins)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y``, as large, and ``sr_y_each`` (B, blocks, H, W), all in [0, 1]."""
        memories = [self.extract(ilr_y)]
        for block in self.blocks:
            memories.append(block(memories))
        each = [self.reconstruct(norm(memory).relu()) for norm, memory in zip(self.norms, memories[1:], strict=True)]
        predictions = ilr_y + torch.cat(each, dim=1)
        weighed = self.weight.view(-1, 1, 1) * predictions
        return {"sr_y": weighed.sum(dim=1, keepdim=True), "sr_y_each": predictions}


class MemoryBlock(nn.Module):
    """Residual units with one set of weights, then a gate over what each of them made and the older memories.

    Args:
        features: feature maps.
        recursions: residual units.
        memories: how many memories there are before it.
    """

    def __init__(self, features: int, recursions: int, memories: int) -> None:
        super().__init__()
        self.recursions = recursions
        self.residual = RecursiveResidual(features, recursions)
        self.gate = PreActivation((recursions + memories) * features, features, 1)

    def forward(self, memories: Sequence[Tensor]) -> Tensor:
        """Map the memories so far, each (B, C, H, W), the newest last, to the next."""
        state, recent = memories[-1], []
        for turn in range(self.recursions):
            state = state + self.residual(state, turn)
            recent.append(state)
        memory: Tensor = self.gate(torch.cat([*recent, *memories], dim=1))
        return memory
