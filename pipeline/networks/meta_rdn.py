"""Meta-RDN: the body of RDN, and a perceptron that predicts, for each pixel of HR, the convolution that makes it.

Hu, Mu, Zhang, Wang, Sun, Tan, "Meta-SR: A Magnification-Arbitrary Network for Super-Resolution", CVPR 2019,
arXiv:1903.00875. The authors take i / r for the place of row i; ours is that of the sizes of both images, which is the
same by a whole scale, and by another follows how LR was made.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.blocks.dense import DenseEncoder
from pipeline.blocks.mean_shift import MeanShift
from pipeline.bounds import OneOrMore

__all__ = ["MetaRDN"]

POINTS = 8192
"""Pixels of HR whose weights are predicted at once: 1728 numbers each."""
KERNEL = 3
_BELOW = 1e-6
"""What a place may lie before a pixel of LR, by rounding, and still be in it."""


class MetaRDN(nn.Module):
    """Meta-SR on RDN; it reads where it restores, and so has no scale of its own.

    Args:
        blocks: residual dense blocks of the body (paper: 16).
        layers: convolutions in each (paper: 8).
        growth: feature maps that each convolution makes (paper: 64).
        features: feature maps between the blocks (paper: 64).
        width: of the hidden layer that predicts weights (paper: 256).
    """

    def __init__(
        self,
        blocks: OneOrMore = 16,
        layers: OneOrMore = 8,
        growth: OneOrMore = 64,
        features: OneOrMore = 64,
        width: OneOrMore = 256,
    ) -> None:
        super().__init__()
        self.shift = MeanShift()
        self.encoder = DenseEncoder(blocks, layers, growth, features)
        self.weights = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, KERNEL**2 * features * 3))

    def forward(self, lr: Tensor, coord: Tensor, cell: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to what stands at ``coord`` (B or 1, Q, R, 2): (B, 3, Q, R), both in [0, 1]."""
        around = F.unfold(self.encoder(self.shift(lr)), KERNEL, padding=1)
        corner = (coord - cell[:, None, None] / 2).flatten(1, 2)
        parts = [corner[:, first : first + POINTS] for first in range(0, corner.shape[1], POINTS)]
        made = torch.cat([self._made(around, part, cell, lr.shape[2:]) for part in parts], dim=1)
        restored: Tensor = self.shift.back(made.movedim(-1, 1).reshape(len(lr), 3, *coord.shape[1:3]))
        return restored

    def _made(self, around: Tensor, corner: Tensor, cell: Tensor, size: torch.Size) -> Tensor:
        """Return what stands at pixels whose corners are ``corner`` (B or 1, N, 2), as (B, N, 3)."""
        last = corner.new_tensor([size[0] - 1, size[1] - 1])
        source = (corner + _BELOW).floor().clamp(min=torch.zeros_like(last), max=last)
        scale = cell.mean(1)[:, None, None].expand(-1, corner.shape[1], 1)
        said = torch.cat([corner - source, scale], dim=-1).to(torch.float32)
        weights = self.weights(said).reshape(len(said), corner.shape[1], -1, 3)
        index = (source[..., 0] * size[1] + source[..., 1]).long()[:, None].expand(len(around), around.shape[1], -1)
        own = around.gather(2, index).movedim(1, 2)
        return torch.einsum("bnk,cnko->bno" if len(weights) == 1 else "bnk,bnko->bno", own, weights)
