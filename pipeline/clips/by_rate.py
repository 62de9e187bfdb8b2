"""The adjustable clip of VDSR: the smaller the learning rate, the larger a gradient may be.

Kim, Lee, Lee, "Accurate Image Super-Resolution Using Very Deep Convolutional Networks", CVPR 2016, arXiv:1511.04587,
section 3.2: a gradient is brought into [-theta / gamma, theta / gamma], gamma being the present learning rate. So no
gradient moves a weight by more than theta, at whatever rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from pipeline.bounds import Positive
from pipeline.kinds import Clip

__all__ = ["ByRate"]


class ByRate(Clip):
    """Clips every element of the gradients by itself.

    Parameters that learn at a pace of their own are clipped by their own rate. At a rate of 0, where a warm-up begins,
    nothing moves, and nothing is clipped.

    Args:
        bound: theta, the longest way of a weight in a step without momentum, in the unit of weights. VDSR does not tell
            it; 1e-4 lets it learn, and with 0.01 it diverges. (DRRN's 0.01 bounds the norm: ``norm_by_rate``.)
    """

    def __init__(self, bound: Positive) -> None:
        self.bound = bound

    def __call__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Clip the gradients of each group by its rate."""
        for group in groups:
            if group["lr"] > 0:
                nn.utils.clip_grad_value_(group["params"], self.bound / group["lr"])
