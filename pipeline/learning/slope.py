"""The learning rate of zero-shot learning: it falls when the error no longer does, and learning ends with it.

Shocher, Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087,
section 3.2; the numbers are those of the authors' code (assafshocher/ZSSR).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    from pipeline.bounds import Decay, NotNegative, OneOrMore, Positive


@dataclass(frozen=True)
class Slope:
    """When the rate falls: a line is fitted to the last errors, and it falls no faster than they scatter.

    Where the code looks at the rate every 60 steps and at the error every 50, here both are done together.

    Args:
        every: steps from one look at the error to the next.
        window: steps back to the oldest error that counts.
        ratio: how many times as steep as uncertain the line must be for the rate to stay.
        factor: what the rate is multiplied by when it falls.
        least: the rate below which learning ends.
        fewest: steps before the rate falls for the first time, and from one fall to the next.
        most: steps after which learning ends anyway.
    """

    every: OneOrMore = 60
    window: OneOrMore = 256
    ratio: NotNegative = 1.5
    factor: Decay = 0.1
    least: Positive = 9e-6
    fewest: OneOrMore = 256
    most: OneOrMore = 3000

    def __post_init__(self) -> None:
        if self.window < 3 * self.every:
            raise ParamsError(
                f"window: must hold four errors for a line: at least {3 * self.every} steps, not {self.window}"
            )

    def is_flat(self, errors: Sequence[float]) -> bool:
        """Tell whether the error has stopped falling.

        Args:
            errors: one for each ``every`` steps, the last one first of those that count backwards.
        """
        counted = np.array(errors[-(self.window // self.every + 1) :])
        steps = self.every * np.arange(len(counted), dtype=np.float64)
        if len(counted) < 3:
            return False
        apart = steps - steps.mean()
        slope = (apart * counted).sum() / (apart**2).sum()
        left = counted - counted.mean() - slope * apart
        deviation = np.sqrt((left**2).sum() / (len(counted) - 2) / (apart**2).sum())
        return bool(-self.ratio * slope < deviation)
