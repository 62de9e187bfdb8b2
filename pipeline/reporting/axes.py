"""Axes of charts: from values to places, and where the ticks stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

TICKS = 5
"""About as many on a linear axis."""


@dataclass(frozen=True)
class Axis:
    """A scale from values to SVG units.

    Args:
        low, high: the values at the ends.
        start, end: the places of the ends.
        logarithmic: whether equal steps are equal factors.
        ticks: the values that are marked.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Return where ``value`` lies."""
        low, high, own = (math.log10(each) if self.logarithmic else each for each in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (own - low) / (high - low)


def linear(values: Sequence[float], start: float, end: float, *, zero: bool = False) -> Axis:
    """Return an axis over ``values`` with round ticks and a little room at both ends; from zero on if so wished."""
    low, high = 0.0 if zero else min(values), max(values)
    room = 0.08 * (high - low) or abs(high) * 0.01 or 1.0
    low, high = low if zero else low - room, high + room
    step = _round_step((high - low) / TICKS)
    first, last = math.ceil(low / step), math.floor(high / step)
    return Axis(low, high, start, end, False, tuple(number * step for number in range(first, last + 1)))


def logarithmic(values: Sequence[float], start: float, end: float) -> Axis:
    """Return an axis over positive ``values``; ticks at powers of ten, and at 2 and 5 where there are few."""
    low, high = min(values) / 1.6, max(values) * 1.6
    few = math.log10(high / low) < 2
    digits = (1, 2, 5) if few else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    marks = (digit * 10.0**decade for decade in decades for digit in digits)
    return Axis(low, high, start, end, True, tuple(each for each in marks if low <= each <= high))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
