"""Adam: Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv:1412.6980."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import optim

from pipeline.bounds import BelowOne, NotNegative, Positive
from pipeline.kinds import Clip

__all__ = ["Adam"]


class Adam:
    """Adam with the paper's defaults.

    Args:
        rate: learning rate per step.
        betas: decays of the two moments.
        epsilon: added to the root of the second moment.
        decay: weight decay: the share of a weight that is added to its gradient, and so goes through the moments, as
            in torch's Adam and Caffe's (IDN, DBPN, TDAN: 1e-4); not AdamW's.
        clip: bounds the gradients before each step; what decay adds is not clipped.
    """

    def __init__(
        self,
        rate: Positive,
        betas: tuple[BelowOne, BelowOne] = (0.9, 0.999),
        epsilon: NotNegative = 1e-8,
        decay: NotNegative = 0.0,
        clip: Clip | None = None,
    ) -> None:
        self.rate = rate
        self.betas = betas
        self.epsilon = epsilon
        self.decay = decay
        self.clip = clip

    def __call__(self, groups: Iterable[dict[str, Any]]) -> optim.Optimizer:
        """Return the torch optimizer over ``groups``."""
        return optim.Adam(list(groups), lr=self.rate, betas=self.betas, eps=self.epsilon, weight_decay=self.decay)
