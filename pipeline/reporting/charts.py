"""The charts of the page as SVG: a score against a cost, and losses over steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.pairs.reading import member_of
from pipeline.reporting.axes import linear, logarithmic
from pipeline.reporting.frames import BOTTOM, LEFT, RIGHT, TOP, figure, frame
from pipeline.reporting.gathering import Contender, Row, Suite
from pipeline.reporting.labels import around, label
from pipeline.reporting.marks import mark, swatch
from pipeline.reporting.markup import Markup, element, joined
from pipeline.reporting.words import count

POINTS = 240
"""Points of a curve at most; longer ones are thinned."""
SHOWN = 10
"""Rows of a curve's table."""


@dataclass(frozen=True)
class Against:
    """A cost that a score is drawn against: its name in the file of costs, its title, how a value is said."""

    key: str
    title: str
    said: Callable[[float], str]


COSTS = (
    Against("parameters", "parameters", count),
    Against("multiply_adds", "multiply-adds for 1280x720 pixels", count),
    Against("seconds_per_megapixel", "seconds per megapixel", lambda value: f"{value:g}"),
)


def against(suite: Suite, benchmark: str, cost: Against) -> Markup:
    """Return the chart of the suite's main metric over ``cost``; what costs nothing becomes a line."""
    name = suite.main.name
    scored = {each.name: each.means[benchmark][name] for each in suite.contenders}
    dear = [each for each in suite.contenders if each.cost[cost.key] > 0]
    free = [each for each in suite.contenders if each.cost[cost.key] <= 0]
    y = linear(list(scored.values()), BOTTOM, TOP)
    x = logarithmic([each.cost[cost.key] for each in dear] or [1.0], LEFT, RIGHT)
    unit = f" ({suite.main.unit})" if suite.main.unit else ""
    title = f"{suite.main.label}{unit} on {member_of(benchmark)} over {cost.title}"
    parts = [
        frame(x, y, cost.said, cost.title, f"{suite.main.label}{unit} {suite.main.arrow}"),
        *(_level(each, y.place(scored[each.name]), suite.main.shown(scored[each.name])) for each in free),
        *_points(
            suite, dear, [(x.place(each.cost[cost.key]), y.place(scored[each.name])) for each in dear], benchmark, cost
        ),
    ]
    return figure(title, parts, describedby=f"scores-{suite.name}")


def curves(contenders: Sequence[Contender]) -> Iterator[Markup]:
    """Yield a chart for each kind of loss: losses of different kinds share no axis."""
    kinds: dict[tuple[str, ...], list[Contender]] = {}
    for each in contenders:
        if any("loss" in row for row in each.curve):
            kinds.setdefault(_kind(each.curve), []).append(each)
    for kind, own in kinds.items():
        yield _curve(" + ".join(kind), own)


def _kind(rows: Sequence[Row]) -> tuple[str, ...]:
    known = ("step", "rate", "loss")
    told = dict.fromkeys(key for row in rows for key in row)
    return tuple(key for key in told if key not in known and not key.startswith("held_out_")) or ("loss",)


def _curve(kind: str, contenders: Sequence[Contender]) -> Markup:
    lines = [(each, key, _thinned(each.curve, key)) for each in contenders for key in ("loss", "held_out_loss")]
    drawn = [(each, key, rows) for each, key, rows in lines if rows]
    x = linear([step for _, _, rows in drawn for step, _ in rows], LEFT, RIGHT, zero=True)
    losses = [loss for _, _, rows in drawn for _, loss in rows]
    y = (logarithmic if min(losses) > 0 else linear)(losses, BOTTOM, TOP)
    paths = [_line(each, [(x.place(a), y.place(b)) for a, b in rows], key != "loss") for each, key, rows in drawn]
    legend = element("figcaption", f"Loss ({kind}) over steps. ", *(_named(each) for each in contenders), *_held(drawn))
    series = [
        {
            "name": each.name if key == "loss" else f"{each.name}, held out",
            "points": [[round(x.place(a), 1), round(y.place(b), 1), int(a), float(f"{b:.4g}")] for a, b in rows],
        }
        for each, key, rows in drawn
    ]
    parts = [frame(x, y, lambda value: f"{value:g}", "step", f"loss ({kind}) ↓"), *paths]
    title, points = f"Loss ({kind}) over steps", json.dumps(series)
    return figure(title, parts, beneath=[legend, _table(title, points)], series=points)


def _held(drawn: Sequence[tuple[Contender, str, object]]) -> list[Markup]:
    return (
        [element("span", " dashed: held-out images", class_="quiet")]
        if any(key != "loss" for _, key, _ in drawn)
        else []
    )


def _named(each: Contender) -> Markup:
    return element("span", swatch(each), each.name, class_="key")


def _thinned(rows: Sequence[Row], key: str) -> list[tuple[float, float]]:
    points = [(row["step"], row[key]) for row in rows if key in row]
    every = -(-len(points) // POINTS) or 1
    return points[::-1][::every][::-1]


def _line(each: Contender, points: Sequence[tuple[float, float]], dashed: bool) -> Markup:
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    ends = [mark(each, *points[-1])]
    return joined(element("path", d=path, class_=f"line {each.look}{' dashed' if dashed else ''}"), *ends)


def _level(each: Contender, y: float, shown: str) -> Markup:
    line = element("line", x1=LEFT, x2=RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="level")
    text = element(
        "text", f"{each.name} {shown}, nothing learnt", x=RIGHT - 2, y=f"{y - 5:.1f}", class_="label end quiet"
    )
    return joined(line, text)


def _points(
    suite: Suite, contenders: Sequence[Contender], places: Sequence[tuple[float, float]], benchmark: str, cost: Against
) -> Iterator[Markup]:
    taken = [around(x, y) for x, y in places]
    for each, (x, y) in zip(contenders, places, strict=True):
        value = suite.main.shown(each.means[benchmark][suite.main.name])
        said = f"{each.name}: {value} {suite.main.unit}, {cost.said(each.cost[cost.key])} {cost.title}"
        yield mark(each, x, y, tabindex=0, role="img", aria_label=said, data_tip=said)
        yield label(each.name, x, y, taken)


def _table(title: str, series: str) -> Markup:
    """Return the points of a chart as a table, thinned."""
    rows = []
    for line in json.loads(series):
        every = max(1, len(line["points"]) // SHOWN)
        for _, _, step, loss in line["points"][::-1][::every][::-1]:
            cells = [element("td", f"{step}", class_="number"), element("td", f"{loss:g}", class_="number")]
            rows.append(element("tr", element("th", line["name"], scope="row"), *cells))
    head = element("tr", *(element("th", name, scope="col") for name in ("model", "step", "loss")))
    table = element("table", element("caption", title), element("thead", head), element("tbody", *rows))
    return element("details", element("summary", "as a table"), element("div", table, class_="scroll"))
