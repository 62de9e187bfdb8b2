"""MATLAB's bicubic enlargement by a whole factor, on tensors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.blocks.mirror import mirrored
from pipeline.images.taps import taps

_LINES = 8
"""So many input lines are worked out; by a whole factor all are enlarged alike."""


class Enlargement(nn.Module):
    """Enlarges as ``imresize(image, factor)`` in floating point: Keys' cubic, the edge mirrored, nothing clipped.

    Args:
        factor: pixels that leave per pixel, along each side.
    """

    def __init__(self, factor: int) -> None:
        super().__init__()
        found = taps(_LINES, _LINES * factor, "bicubic")
        middle = _LINES // 2
        cell = slice(middle * factor, (middle + 1) * factor)
        lines = found.first[cell, None] + found.offsets - middle  # (factor, taps), from the line that is enlarged
        weights = torch.zeros(factor, int(lines.max() - lines.min()) + 1)
        for made, (places, values) in enumerate(zip(lines - lines.min(), found.weights[:, cell, 0].T, strict=True)):
            weights[made, places.tolist()] = torch.tensor(values, dtype=torch.float32)
        self.factor = factor
        self.before, self.after = -int(lines.min()), int(lines.max())
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Map (..., H, W) to (..., H * factor, W * factor)."""
        return self._along(self._along(image, -2), -1)

    def _along(self, image: Tensor, axis: int) -> Tensor:
        """Enlarge one axis: each line becomes ``factor`` lines of what surrounds it."""
        count, axis = self.before + 1 + self.after, image.ndim + axis
        seen = mirrored(image, axis, self.before, self.after).unfold(axis, count, 1)
        made = (seen.unsqueeze(-2) * self.get_buffer("weights")).sum(-1)
        return made.movedim(-1, axis + 1).flatten(axis, axis + 1)
