"""Total variation: how much neighbouring pixels differ. It reads one image and wants it flat.

Rudin, Osher, Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D 1992.
"""

from typing import Literal

import torch
from torch import Tensor, nn

__all__ = ["TotalVariation"]


class TotalVariation(nn.Module):
    """The mean step from one pixel to the next; means, so that its weight does not depend on the size of patches.

    Args:
        kind: ``anisotropic``: the mean absolute step downwards plus the mean absolute step to the right (what code for
            networks usually does); ``isotropic``: the mean length of both steps as one vector (the paper's).
    """

    def __init__(self, kind: Literal["anisotropic", "isotropic"] = "anisotropic") -> None:
        super().__init__()
        self.kind = kind

    def forward(self, sr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (..., C, H, W) of at least 2x2 pixels."""
        down = sr[..., 1:, :] - sr[..., :-1, :]
        right = sr[..., :, 1:] - sr[..., :, :-1]
        if self.kind == "anisotropic":
            return down.abs().mean() + right.abs().mean()
        steps = torch.stack([down[..., :, :-1], right[..., :-1, :]])
        return torch.linalg.vector_norm(steps, dim=0).mean()
