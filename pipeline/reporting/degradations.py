"""The page on degradations: what was learnt beside bicubic and beside what was to be learnt, and what it is worth."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ScoreError
from pipeline.images.encoding import lossless
from pipeline.reporting.axes import linear
from pipeline.reporting.cases import SIDES, Found, Params, cases, found
from pipeline.reporting.crossing import Crossing, crossing
from pipeline.reporting.frames import BOTTOM, LEFT, RIGHT, TOP, figure, frame
from pipeline.reporting.gathering import Contender, Places, Suite, gathered
from pipeline.reporting.markup import Markup, element, joined
from pipeline.reporting.shell import shell

DATA = ("degradations.html", "page.css", "degradations.css")
LOOKS = {"bicubic": "base", "learned": "c0", "real": "c1"}
"""The colour of each side, as in the other report."""
SHOWN = 3
"""Images of a case that are shown."""
PART = 64
"""Height and width of what is shown of an image, in LR pixels."""
ZOOM = 3
"""CSS pixels per LR pixel."""
KERNEL_ZOOM = 9
"""CSS pixels per weight of a kernel."""


def study(params: Params, places: Places) -> tuple[str, dict[str, Any]]:
    """Return the page and its figures for what ``params`` learns; the same inputs give the same text.

    Raises:
        ScoreError: when params.yaml puts no learnt degradation to the test, nor one training on several.
    """
    suites = gathered(params, places)
    all_found = [found(case, params, places, _gain(case.ours, case.theirs, suites)) for case in cases(params)]
    table = crossing(suites, params)
    if not all_found and table is None:
        raise ScoreError(
            "params.yaml: puts no learnt degradation to the test: that takes pairs with a `learner`, bicubic pairs of "
            "the same source, a model on each with one `training` and `suite`; see presets/learned-degradation.yaml"
        )
    sections = {
        "summary": _summary(all_found),
        "figures": _figures(all_found),
        "cases": joined(*(_case(each) for each in all_found)),
        "crossing": _crossed(table),
    }
    return shell("Degradations", DATA[0], sections, DATA[1:], scripts=()), _numbers(all_found, table)


def _gain(ours: str, theirs: str, suites: Sequence[Suite]) -> tuple[float, str]:
    """Return by how much a model is above the other on their suite, as the mean over images, and the unit."""
    suite = next(each for each in suites if any(one.name == ours for one in each.contenders))
    own: dict[str, Contender] = {each.name: each for each in suite.contenders}
    name = suite.main.name
    gains = [own[ours].images[key][name] - own[theirs].images[key][name] for key in suite.images]
    return sum(gains) / len(gains), suite.main.unit


def _numbers(all_found: Sequence[Found], table: Crossing | None) -> dict[str, Any]:
    """Return the figures: their means over cases, and each case's own."""
    each = {one.case.ours: {key: round(value, 4) for key, value in one.figures.items()} for one in all_found}
    keys = list(next(iter(each.values()), {}))
    numbers: dict[str, Any] = {key: round(float(np.mean([own[key] for own in each.values()])), 4) for key in keys}
    numbers["cases"] = each
    if table:
        rows = {row: {column: round(table.values[row, column], 4) for column in table.columns} for row in table.rows}
        numbers["crossing"] = rows
    return numbers


def _summary(all_found: Sequence[Found]) -> Markup:
    if not all_found:
        return element("p", "No learnt degradation is put to the test here.")
    gains = [each.gain for each in all_found]
    learnt = "One learnt degradation" if len(gains) == 1 else f"{len(gains)} learnt degradations"
    lowest = "" if len(gains) == 1 else f", the least {_signed(min(gains))}"
    text = (
        f"{learnt}. A network that learns from LR made so, and not by bicubic down-sampling, gains "
        f"{_signed(float(np.mean(gains)))} {all_found[0].unit} on the real thing{lowest}."
    )
    return element("p", text)


def _figures(all_found: Sequence[Found]) -> Markup:
    """Return a row for each case: the learnt and the bicubic degradation's distances from the real one."""
    if not all_found:
        return Markup("")
    names = ("gain (dB)", "spectrum (dB) ↓", "noise (levels) ↓", "noise in flat places ↓", "kernel (dB) ↑")
    keys = ("spectrum_distance", "noise_distance", "flat_noise_distance", "kernel_psnr")
    groups = [element("td")] + [
        element("th", name, colspan=1 if not n else 2, class_="group", scope="colgroup") for n, name in enumerate(names)
    ]
    heads = [element("th", "model", scope="col"), element("th", "", scope="col")]
    heads += [element("th", side, scope="col", class_="number") for _ in keys for side in ("learnt", "bicubic")]
    rows = []
    for each in all_found:
        cells = [_signed(each.gain)] + [
            f"{each.figures[prefix + key]:.2f}" for key in keys for prefix in ("", "bicubic_")
        ]
        rows.append(
            element(
                "tr",
                element("th", each.case.ours, scope="row"),
                *(element("td", cell, class_="number") for cell in cells),
            )
        )
    head = element("thead", element("tr", *groups), element("tr", *heads))
    table = element("table", head, element("tbody", *rows), class_="scores")
    return element("div", table, class_="scroll")


def _case(each: Found) -> Markup:
    title = element(
        "h3", f"{each.case.ours}: {each.case.learnt} of {each.case.learner}, on {each.case.suite}", id=each.case.ours
    )
    pictures = [_strip(each, number) for number in range(min(SHOWN, len(each.keys)))]
    return element("section", title, *pictures, element("div", _spectra(each), _kernels(each), class_="charts"))


def _strip(each: Found, number: int) -> Markup:
    """Return a part of an image: HR, and LR of the three sides at the same zoom."""
    height, width = (min(PART, side) for side in each.sides["real"].images[number].shape[:2])
    low = _busiest(each.sides["real"].images[number], height, width)
    rows, columns = slice(low[0], low[0] + height), slice(low[1], low[1] + width)
    high = tuple(slice(cut.start * each.scale, cut.stop * each.scale) for cut in (rows, columns))
    tiles = [("HR", each.truths[number][high])]
    tiles += [(f"{side} LR", each.sides[side].images[number][rows, columns]) for side in SIDES]
    size = {"width": width * ZOOM, "height": height * ZOOM}
    return element(
        "div", *(_tile(name, pixels, size, f"{name} of {each.keys[number]}") for name, pixels in tiles), class_="tiles"
    )


def _tile(name: str, pixels: NDArray[np.uint8], size: dict[str, int], said: str) -> Markup:
    data = b64encode(lossless(np.ascontiguousarray(pixels))).decode("ascii")
    image = element("img", src=f"data:image/webp;base64,{data}", alt=said, **size)
    return element("figure", image, element("figcaption", name))


def _busiest(image: NDArray[np.uint8], height: int, width: int) -> tuple[int, int]:
    """Return the place of the part, of those on a grid, with the greatest standard deviation."""
    grey = image.astype(np.float64).mean(axis=-1)
    rows = range(0, grey.shape[0] - height + 1, max(1, height // 2))
    columns = range(0, grey.shape[1] - width + 1, max(1, width // 2))
    return max(
        ((row, column) for row in rows for column in columns),
        key=lambda at: float(grey[at[0] : at[0] + height, at[1] : at[1] + width].std()),
    )


def _spectra(each: Found) -> Markup:
    spectra = {side: each.sides[side].spectrum for side in SIDES}
    values = [float(value) for spectrum in spectra.values() for value in spectrum]
    x, y = linear([0.0, 0.5], LEFT, RIGHT, zero=True), linear(values, BOTTOM, TOP)
    lines = []
    for side, spectrum in spectra.items():
        points = [(x.place((ring + 1) / 64), y.place(float(value))) for ring, value in enumerate(spectrum)]
        path = "M" + "L".join(starmap("{:.1f} {:.1f}".format, points))
        lines.append(element("path", d=path, class_=f"line {LOOKS[side]}{' dashed' if side == 'bicubic' else ''}"))
    keys = [element("span", f"{side} ", class_=f"key {LOOKS[side]}") for side in SIDES]
    parts = [frame(x, y, lambda value: f"{value:g}", "cycles per LR pixel", "power (dB)"), *lines]
    return figure(
        "Power of LR over frequency", parts, beneath=[element("figcaption", "Power of LR over frequency. ", *keys)]
    )


def _kernels(each: Found) -> Markup:
    """Return the kernels that explain each side best, on one scale of brightness, zero being mid-grey."""
    top = max(float(np.abs(each.sides[side].unmixed.kernel).max()) for side in SIDES)
    tiles = []
    for side in SIDES:
        own = each.sides[side].unmixed
        grey = np.clip(127.5 + 127.5 * own.kernel / top, 0, 255).astype(np.uint8)[..., None]
        length = grey.shape[0] * KERNEL_ZOOM
        levels = f"noise {255 * own.sigma:.1f} levels, {255 * own.flat_sigma:.1f} in flat places"
        name = f"{side}: {levels}, between neighbours {own.correlation:+.2f}"
        tiles.append(_tile(name, grey, {"width": length, "height": length}, f"kernel of {side} LR"))
    return element("div", *tiles, class_="tiles kernels")


def _crossed(table: Crossing | None) -> Markup:
    """Return the heat map: on the diagonal what learnt and judged share."""
    if table is None:
        return element(
            "p", "No training block was learnt on several degradations and judged on all of them.", class_="quiet"
        )
    head = element(
        "tr",
        element("th", "learnt on", scope="col"),
        *(element("th", name, scope="col", class_="number") for name in table.columns),
    )
    body = [element("tr", element("th", row, scope="row"), *_heat(table, row)) for row in table.rows]
    caption = element("caption", f"{table.label} ({table.unit}); a column's best is darkest.")
    heat = element("table", caption, element("thead", head), element("tbody", *body), class_="scores heat")
    return element("div", heat, class_="scroll")


def _heat(table: Crossing, row: str) -> Iterator[Markup]:
    for column in table.columns:
        values = [table.values[each, column] for each in table.rows]
        share = (table.values[row, column] - min(values)) / ((max(values) - min(values)) or 1.0)
        said = f"{table.values[row, column]:.2f}"
        yield element("td", said, class_="number", style=f"--heat: {100 * share:.0f}%")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def written(numbers: dict[str, Any]) -> str:
    """Return the figures as the text of their file."""
    return json.dumps(numbers, indent=1) + "\n"
