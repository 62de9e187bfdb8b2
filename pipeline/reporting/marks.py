"""Small marks: a model's colour and shape, and the strip of its gains."""

from __future__ import annotations

from pipeline.reporting.gathering import Contender
from pipeline.reporting.markup import Markup, element, joined

WIDTH, HEIGHT = 84, 16
"""Of a strip, in CSS pixels."""
INSET = 5

SHAPES = (
    "M0-4A4 4 0 1 1 0 4A4 4 0 1 1 0-4Z",
    "M-3.6-3.6H3.6V3.6H-3.6Z",
    "M0-4.8L4.6 3.5H-4.6Z",
    "M0-5L5 0L0 5L-5 0Z",
    "M0 4.8L4.6-3.5H-4.6Z",
    "M-1.6-4.6H1.6V-1.6H4.6V1.6H1.6V4.6H-1.6V1.6H-4.6V-1.6H-1.6Z",
    "M0-4.8L4.6-1.5L2.8 4H-2.8L-4.6-1.5Z",
    "M-4.6-3L0-.6L4.6-3V3L0 .6L-4.6 3Z",
)
"""Paths around the origin; a colour alone would not tell models apart for everybody."""


def mark(each: Contender, x: float = 0, y: float = 0, **attributes: str | float | None) -> Markup:
    """Return a model's mark at (x, y) of an SVG: a ring for an interpolation, else its shape."""
    where = f"translate({x:.1f} {y:.1f})"
    hollow = " hollow" if each.is_baseline else ""
    path = SHAPES[each.shape % len(SHAPES)]
    return element("path", d=path, transform=where, class_=f"mark {each.look}{hollow}", **attributes)


def swatch(each: Contender) -> Markup:
    """Return a model's mark to stand before its name."""
    return element("svg", mark(each), viewBox="-7 -7 14 14", width=13, height=13, class_="swatch", aria_hidden="true")


def strip(gains: list[float], everything: list[float], look: str) -> Markup:
    """Return a dot for each of ``gains``, on an axis that spans ``everything`` and zero; the line is zero."""
    low, high = min(0.0, *everything), max(0.0, *everything)
    span = (high - low) or 1.0
    place = [INSET + (WIDTH - 2 * INSET) * (gain - low) / span for gain in (0.0, *gains)]
    zero = element("line", x1=f"{place[0]:.1f}", x2=f"{place[0]:.1f}", y1=1, y2=HEIGHT - 1, class_="zero")
    dots = [element("circle", cx=f"{x:.1f}", cy=HEIGHT / 2, r=2.6) for x in place[1:]]
    return element(
        "svg",
        joined(zero, *dots),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        class_=f"strip {look}",
        aria_hidden="true",
    )
