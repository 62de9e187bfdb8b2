"""MATLAB's bicubic reduction by a whole factor, on tensors: for what reads HR at the size of LR."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.blocks.mirror import mirrored
from pipeline.images.taps import taps

_LINES = 8
"""So many output lines are worked out; by a whole factor all are made alike."""


class Reduction(nn.Module):
    """Reduces as ``imresize(image, 1 / factor)`` in floating point: antialiased, the edge mirrored, nothing clipped.

    Args:
        factor: pixels per pixel that leaves, along each side.
    """

    def __init__(self, factor: int) -> None:
        super().__init__()
        found = taps(_LINES * factor, _LINES, "bicubic")
        offsets = found.offsets - found.offsets[0]  # those without a weight are left out there
        weights = torch.zeros(int(offsets[-1]) + 1)
        weights[offsets.tolist()] = torch.tensor(found.weights[:, 0, 0], dtype=torch.float32)
        self.factor = factor
        self.before = -int(found.first[0] + found.offsets[0])
        self.count = len(weights)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Map (..., H, W) to (..., H // factor, W // factor); lines that do not fill a pixel are left out."""
        return self._along(self._along(image, -2), -1)

    def _along(self, image: Tensor, axis: int) -> Tensor:
        """Reduce one axis."""
        made = image.shape[axis] // self.factor
        whole = image.narrow(axis, 0, made * self.factor)
        seen = mirrored(whole, axis, self.before, self.count - self.factor - self.before)
        return (seen.unfold(axis, self.count, self.factor) * self.get_buffer("weights")).sum(-1)


def reduced_to(image: Tensor, like: Tensor) -> Tensor:
    """Return ``image`` at the size of ``like``: reduced where it is a whole factor larger, else as it is."""
    factor = image.shape[-1] // like.shape[-1]
    made: Tensor = Reduction(factor).to(image.device)(image) if factor > 1 else image
    assert made.shape[-2:] == like.shape[-2:], "the larger image is a whole number of times as large"
    return made
