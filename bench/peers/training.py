"""A training step as the field's toolboxes run it: fp32, eager, NCHW, Adam."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn


class Training:
    """Minimises the L1 loss of ``network`` with Adam.

    Args:
        network: what learns.
        forward: runs it on a batch, and returns SR.
        truth: the field that SR is compared with.
        rate: learning rate per step.
    """

    def __init__(
        self,
        network: nn.Module,
        forward: Callable[[nn.Module, Mapping[str, Tensor]], Tensor],
        truth: str = "hr",
        rate: float = 1e-4,
    ) -> None:
        self.network = network
        self.forward = forward
        self.truth = truth
        self.loss = nn.L1Loss()
        self.optimizer = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.9, 0.99))

    def step(self, batch: Mapping[str, Tensor]) -> float:
        """Learn once; return the loss."""
        self.optimizer.zero_grad()
        loss = self.loss(self.forward(self.network, batch), batch[self.truth])
        loss.backward()
        self.optimizer.step()
        return float(loss.item())
