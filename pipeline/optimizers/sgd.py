"""Stochastic gradient descent with momentum.

Polyak, "Some Methods of Speeding up the Convergence of Iteration Methods", USSR Computational Mathematics and
Mathematical Physics 4(5), 1964.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import optim

from pipeline.bounds import BelowOne, NotNegative, Positive
from pipeline.kinds import Clip

__all__ = ["SGD"]


class SGD:
    """Descent by ``v <- momentum * v + gradient + decay * weight``, then ``weight <- weight - rate * v``.

    The rate multiplies v, as in torch and in MatConvNet, with which VDSR was made; in Caffe, with which DRRN and MemNet
    were, it multiplies the gradient in v, so that there v keeps the old rate for a while after each change.

    Args:
        rate: learning rate per step.
        momentum: the share of v that stays in a step (VDSR, DRRN, MemNet: 0.9).
        decay: weight decay: the share of a weight that is added to its gradient (VDSR, DRRN, MemNet: 1e-4).
        clip: bounds the gradients before each step; what decay adds is not clipped.
    """

    def __init__(
        self, rate: Positive, momentum: BelowOne = 0.9, decay: NotNegative = 0.0, clip: Clip | None = None
    ) -> None:
        self.rate = rate
        self.momentum = momentum
        self.decay = decay
        self.clip = clip

    def __call__(self, groups: Iterable[dict[str, Any]]) -> optim.Optimizer:
        """Return the torch optimizer over ``groups``."""
        return optim.SGD(list(groups), lr=self.rate, momentum=self.momentum, weight_decay=self.decay)
