"""Restoring as the field's toolboxes do it: fp32, eager, the whole image at once, and back to 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn


class Restoring:
    """Runs ``network`` on one image after the other.

    Args:
        network: maps LR (B, 3, h, w) to SR, both in [0, 1].
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = network.eval()

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[Any]:
        """Return ``image`` (h, w, 3) restored, uint8."""
        scaled = image.astype(np.float32) / 255.0
        batch = torch.from_numpy(np.transpose(scaled, (2, 0, 1)).copy()).float().unsqueeze(0)
        with torch.no_grad():
            output = self.network(batch)
        restored = output.data.squeeze().float().cpu().clamp_(0, 1).numpy()
        return (np.transpose(restored, (1, 2, 0)) * 255.0).round().astype(np.uint8)
