"""The adjustable clip of DRRN's and MemNet's code: the norm of the gradient, bounded the wider the smaller the rate.

Tai, Yang, Liu, "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017, section 4.1 cites VDSR's clip,
which bounds each element. Their solver (github.com/tyshiwo/DRRN_CVPR17, sgd_solver.cpp) divides Caffe's bound by the
rate, and that is a bound of the norm of all gradients together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from pipeline.bounds import Positive
from pipeline.kinds import Clip

__all__ = ["NormByRate"]


class NormByRate(Clip):
    """Clips the Euclidean norm of all gradients together to a bound over the present learning rate.

    At a rate of 0, where a warm-up begins, nothing moves, and nothing is clipped.

    Args:
        bound: the longest way of all weights together in a step without momentum, in the unit of weights, where all
            learn at the same pace (the code of DRRN and MemNet: 0.01).
    """

    def __init__(self, bound: Positive) -> None:
        self.bound = bound

    def __call__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Shorten the gradients of all groups by one factor; the rate is that of a pace of 1."""
        paces = [(group["lr"], group.get("pace", 1.0)) for group in groups]
        rate = max((rate / pace for rate, pace in paces if pace > 0), default=0.0)
        if rate > 0:
            nn.utils.clip_grad_norm_([each for group in groups for each in group["params"]], self.bound / rate)
