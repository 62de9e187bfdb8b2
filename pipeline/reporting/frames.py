"""The frame of a chart as SVG: its axes with their ticks, and the figure around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from pipeline.reporting.axes import Axis
from pipeline.reporting.markup import Markup, element, joined

WIDTH, HEIGHT = 440, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 428, 14, 238


def figure(
    title: str,
    parts: Sequence[Markup],
    *,
    beneath: Sequence[Markup] = (),
    series: str | None = None,
    describedby: str | None = None,
) -> Markup:
    """Return a chart of ``parts`` with what stands ``beneath`` it: its legend, its numbers as a table.

    Args:
        series: the points as JSON, for the page's script.
        describedby: the id of the element that says in numbers what the chart shows.
    """
    chart = element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"0 -10 {WIDTH} {HEIGHT + 10}",
        role="group",
        aria_label=title,
        aria_describedby=describedby,
        class_="chart",
        data_series=series,
        tabindex=0 if series else None,
    )
    return element("figure", chart, *beneath)


def frame(x: Axis, y: Axis, said: Callable[[float], str], below: str, beside: str) -> Markup:
    """Return the axes with their ticks and names.

    Args:
        said: how a tick of ``x`` is said.
        below, beside: what ``x`` and ``y`` are.
    """
    digits = _digits(y)
    parts: list[Markup] = []
    for value in y.ticks:
        place = f"{y.place(value):.1f}"
        label = f"{value:g}" if y.logarithmic else f"{value:.{digits}f}"
        parts.append(element("line", x1=LEFT, x2=RIGHT, y1=place, y2=place, class_="grid"))
        parts.append(element("text", label, x=LEFT - 7, y=f"{y.place(value) + 4:.1f}", class_="tick end"))
    for value in x.ticks:
        place = f"{x.place(value):.1f}"
        parts.append(element("line", x1=place, x2=place, y1=BOTTOM, y2=BOTTOM + 4, class_="axis"))
        parts.append(element("text", said(value), x=place, y=BOTTOM + 17, class_="tick middle"))
    parts.append(element("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis"))
    scale = ", logarithmic" if x.logarithmic else ""
    parts.append(element("text", below + scale, x=(LEFT + RIGHT) / 2, y=HEIGHT - 6, class_="name middle"))
    parts.append(element("text", beside, x=LEFT, y=TOP - 4, class_="name"))
    return joined(*parts)


def _digits(axis: Axis) -> int:
    steps = [b - a for a, b in pairwise(axis.ticks)] or [1.0]
    return next((digits for digits in range(6) if abs(round(steps[0], digits) - steps[0]) < 1e-9), 6)
