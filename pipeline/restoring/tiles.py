"""Cutting an image into tiles that overlap by what a network sees around a pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.pairs.points import Line


@dataclass(frozen=True)
class Span:
    """One side of a tile, in LR pixels: what it is to give, and what must be read for it."""

    start: int
    stop: int
    read_from: int
    read_to: int

    def read(self) -> slice:
        """Return what is read of the image."""
        return slice(self.read_from, self.read_to)

    def made(self, scale: float) -> slice:
        """Return what it gives of the enlarged image."""
        return slice(round(self.start * scale), round(self.stop * scale))

    def kept(self, scale: float) -> slice:
        """Return the same, of the enlarged tile; ``scale`` is whole, or the tile the image."""
        return slice(round((self.start - self.read_from) * scale), round((self.stop - self.read_from) * scale))

    def line(self, scale: float, cell: float) -> Line:
        """Return where its pixels lie in what it reads, an HR pixel being ``cell`` LR pixels wide."""
        made = self.made(scale)
        return Line(made.start, made.stop - made.start, cell, self.read_from)


def spans(length: int, window: int, reach: int, grid: int = 1) -> list[Span]:
    """Cover ``length`` with as few spans as can be, which read at most ``window`` pixels (and less than ``grid`` more).

    Each reads ``reach`` around what it gives, where the image has that much. All begin on lines of ``grid``, and all
    but the last read equally much, the last too where ``length`` is on the grid: a compiled network is made for one
    size.

    Args:
        window: a multiple of ``grid``, more than twice ``reach``, which is one too.
    """
    if length <= window:
        return [Span(0, length, 0, length)]
    assert window > 2 * reach
    count = math.ceil((length - 2 * reach) / (window - 2 * reach))
    read = math.ceil((length + 2 * reach * (count - 1)) / count / grid) * grid
    begins = [number * (read - 2 * reach) for number in range(count - 1)] + [(length - read) // grid * grid]
    ends = [begin + read for begin in begins[:-1]] + [length]
    bounds = [0, *(begin + reach for begin in begins[1:]), length]
    found = [Span(*each) for each in zip(bounds, bounds[1:], begins, ends, strict=False)]
    return [each for each in found if each.start < each.stop]  # the grid may leave the last but one nothing to give


def tiles(height: int, width: int, window: int, reach: int, grid: int = 1) -> Iterator[tuple[Span, Span]]:
    """Yield rows and columns of each tile, from the top left to the bottom right."""
    columns = spans(width, window, reach, grid)
    for rows in spans(height, window, reach, grid):
        for each in columns:
            yield rows, each
