"""Names beside the points of a chart, none over another; where it is crowded, a line leads to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pipeline.reporting.frames import BOTTOM, LEFT, WIDTH
from pipeline.reporting.markup import Markup, element, joined

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in SVG units."""

LETTER = 6.6
"""Width of a letter, about."""
RISE, FALL = 9, 3
"""How far letters reach above and below their line."""
APART = 9
"""From the middle of a mark to its name."""
FARTHER = (0, 14, 28, 42, 56, 70, 84)
"""How much farther a name may go where there is no room; then a line leads to it."""


def around(x: float, y: float) -> Box:
    """Return the room that the mark of a point takes."""
    return x - 7, y - 7, x + 7, y + 7


def label(name: str, x: float, y: float, taken: list[Box]) -> Markup:
    """Write ``name`` at the nearest free place around (x, y), and take it; nothing where there is none."""
    for farther, box in _places(name, x, y):
        if _inside(box) and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            text = element("text", name, x=f"{box[0]:.1f}", y=f"{box[3] - FALL:.1f}", class_="label")
            return joined(_leader(x, y, box), text) if farther else text
    return Markup("")


def _places(name: str, x: float, y: float) -> Iterator[tuple[int, Box]]:
    """Yield where ``name`` could stand, the nearest places first, with how much farther than usual each is."""
    width = LETTER * len(name)
    for farther in FARTHER:
        out = APART + farther
        for across in (out, -out - width, -width / 2):
            for down in (4, 4 - out, 4 + out):
                if across != -width / 2 or down != 4:  # that is upon the mark
                    yield farther, (x + across, y + down - RISE, x + across + width, y + down + FALL)


def _leader(x: float, y: float, box: Box) -> Markup:
    """Return a line from the point to the nearest place of ``box``."""
    left, top, right, bottom = box
    to_x, to_y = min(max(x, left), right), min(max(y, top), bottom)
    return element("line", x1=f"{x:.1f}", y1=f"{y:.1f}", x2=f"{to_x:.1f}", y2=f"{to_y:.1f}", class_="leader")


def _inside(box: Box) -> bool:
    return box[0] >= LEFT and box[2] <= WIDTH and box[1] >= 0 and box[3] <= BOTTOM


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
