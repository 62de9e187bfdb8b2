"""RMSProp: Tieleman, Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import optim

from pipeline.bounds import BelowOne, NotNegative, Positive
from pipeline.kinds import Clip

__all__ = ["RMSProp"]


class RMSProp:
    """Descent by gradients divided by the root of the mean of their squares, with momentum.

    ``epsilon`` is added to the root, as in torch; in TensorFlow, with which pixel-recursive super resolution was made,
    it is added beneath it.

    Args:
        rate: learning rate per step.
        memory: decay of the mean of squares (torch's 0.99; pixel-recursive: 0.95).
        momentum: the share of the last step that stays in a step (pixel-recursive: 0.9).
        epsilon: added to the root.
        decay: weight decay: the share of a weight that is added to its gradient.
        clip: bounds the gradients before each step; what decay adds is not clipped.
    """

    def __init__(
        self,
        rate: Positive,
        memory: BelowOne = 0.99,
        momentum: BelowOne = 0.0,
        epsilon: NotNegative = 1e-8,
        decay: NotNegative = 0.0,
        clip: Clip | None = None,
    ) -> None:
        self.rate = rate
        self.memory = memory
        self.momentum = momentum
        self.epsilon = epsilon
        self.decay = decay
        self.clip = clip

    def __call__(self, groups: Iterable[dict[str, Any]]) -> optim.Optimizer:
        """Return the torch optimizer over ``groups``."""
        return optim.RMSprop(
            list(groups), self.rate, self.memory, self.epsilon, weight_decay=self.decay, momentum=self.momentum
        )
