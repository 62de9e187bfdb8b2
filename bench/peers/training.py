"""A training step as the field's toolboxes run it: fp32, eager, NCHW, Adam."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class Training:
    """Minimises the L1 loss of ``network`` with Adam.

    Args:
        network: maps LR (B, 3, h, w) to SR.
        rate: learning rate per step.
    """

    def __init__(self, network: nn.Module, rate: float = 1e-4) -> None:
        self.network = network
        self.loss = nn.L1Loss()
        self.optimizer = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.9, 0.99))

    def step(self, batch: Mapping[str, Tensor]) -> float:
        """Learn once; return the loss."""
        self.optimizer.zero_grad()
        loss = self.loss(self.network(batch["lr"]), batch["hr"])
        loss.backward()
        self.optimizer.step()
        return float(loss.item())
