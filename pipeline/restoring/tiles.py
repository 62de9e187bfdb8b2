"""Cutting an image into tiles that overlap by what a network sees around a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


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

    def made(self, scale: int) -> slice:
        """Return what it gives of the enlarged image."""
        return slice(self.start * scale, self.stop * scale)

    def kept(self, scale: int) -> slice:
        """Return the same, of the enlarged tile."""
        return slice((self.start - self.read_from) * scale, (self.stop - self.read_from) * scale)


def spans(length: int, side: int, reach: int) -> list[Span]:
    """Cover ``length`` with spans of at most ``side`` pixels; each reads ``reach`` more where the image has them."""
    starts = range(0, length, side)
    return [
        Span(start, min(start + side, length), max(start - reach, 0), min(start + side + reach, length))
        for start in starts
    ]


def tiles(height: int, width: int, side: int, reach: int) -> Iterator[tuple[Span, Span]]:
    """Yield rows and columns of each tile, from the top left to the bottom right."""
    columns = spans(width, side, reach)
    for rows in spans(height, side, reach):
        for each in columns:
            yield rows, each
