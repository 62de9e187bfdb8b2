"""The clip of the norm: a gradient that is too long is shortened and points where it pointed.

Pascanu, Mikolov, Bengio, "On the Difficulty of Training Recurrent Neural Networks", ICML 2013, arXiv:1211.5063,
section 3.2, algorithm 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from pipeline.bounds import Positive
from pipeline.kinds import Clip

__all__ = ["ByNorm"]


class ByNorm(Clip):
    """Clips the Euclidean norm of all gradients of the optimizer taken together, whatever pace each learns at.

    Args:
        bound: the longest that the gradient may be, in the unit of the loss over that of weights (the code of CARN: 10;
            TSRN: 0.25).
    """

    def __init__(self, bound: Positive) -> None:
        self.bound = bound

    def __call__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Shorten the gradients of all groups by one factor."""
        nn.utils.clip_grad_norm_([each for group in groups for each in group["params"]], self.bound)
