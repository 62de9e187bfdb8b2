"""Axes, charts and words: values lie where they should, and are said with their digits."""

from __future__ import annotations

import doctest
import json
import re
from html import unescape
from itertools import combinations, product
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.reporting import markup, words
from pipeline.reporting.axes import linear, logarithmic
from pipeline.reporting.charts import POINTS, curves
from pipeline.reporting.gathering import Contender
from pipeline.reporting.labels import around, label
from pipeline.reporting.marks import SHAPES, strip
from pipeline.reporting.words import Measure, count, seconds

VALUES = some.lists(some.floats(1e-6, 1e12), min_size=1, max_size=6)


@pytest.mark.parametrize("module", [words, markup])
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    assert (0, True) == (doctest.testmod(module).failed, doctest.testmod(module).attempted > 0)


@given(VALUES, some.booleans())
def test_values_and_ticks_lie_between_the_ends_of_an_axis_in_their_order(values: list[float], log: bool) -> None:
    axis = logarithmic(values, 10, 110) if log else linear(values, 10, 110)

    places = [axis.place(each) for each in sorted(values)]
    ticks = [axis.place(each) for each in axis.ticks]
    assert places == sorted(places)
    assert ticks == sorted(ticks)
    assert len(ticks) > 0
    assert all(9.999 <= each <= 110.001 for each in (*places, *ticks))


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_a_linear_axis_takes_values_of_any_sign(values: list[float]) -> None:
    axis = linear(values, 200, 0)

    assert all(-0.001 <= axis.place(each) <= 200.001 for each in values)


@given(some.integers(0, 10**14))
def test_a_count_says_its_value_to_half_a_per_cent_and_never_in_powers_of_ten(value: int) -> None:
    said = count(value)
    number, _, unit = said.partition(" ")

    size = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[unit]
    assert abs(float(number.replace(",", "")) * size - value) <= 0.0051 * value
    assert "e" not in said


@given(some.floats(1e-7, 1e4))
def test_seconds_are_never_said_to_be_none(value: float) -> None:
    assert abs(float(seconds(value)) - value) <= max(0.06 * value, 0)


def test_a_metric_that_the_page_does_not_know_stands_under_its_name_and_claims_no_border() -> None:
    assert "lpips" == Measure("lpips", "", "lower").label
    assert "border" not in Measure("lpips", "", "lower").sentence("A border of 2 pixels")
    assert "A border of 3 pixels" in Measure("psnr_y8", "dB", "higher").sentence("A border of 3 pixels")


@pytest.mark.parametrize(("better", "wins"), [("higher", [True, False, False]), ("lower", [False, True, False])])
def test_the_better_value_wins_and_equal_ones_do_not(better: Any, wins: list[bool]) -> None:
    measure = Measure("m", "", better)

    assert wins == [measure.wins(2, 1), measure.wins(1, 2), measure.wins(1, 1)]


def learner(name: str, rows: list[dict[str, float]]) -> Contender:
    return Contender(name, {"training": {"network": {"name": "edsr"}}}, "c0", 0, {}, {}, {}, rows)


def series_of(chart: str) -> list[dict[str, Any]]:
    (found,) = re.findall(r'data-series="([^"]*)"', chart)
    made: list[dict[str, Any]] = json.loads(unescape(found))
    return made


def test_losses_of_different_kinds_share_no_chart_and_held_out_ones_are_lines_of_their_own() -> None:
    rows = [{"step": n, "rate": 1, "l1": 1 / n, "loss": 1 / n} for n in (1, 2, 3)]
    both = [{**row, "held_out_l1": 2.0, "held_out_loss": 2.0} for row in rows]
    other = [{"step": n, "rate": 1, "mse": 1 / n, "loss": 1 / n} for n in (1, 2, 3)]

    charts = list(curves([learner("a", both), learner("b", other), learner("c", rows), learner("d", [])]))

    assert [["a", "a, held out", "c"], ["b"]] == [[line["name"] for line in series_of(chart)] for chart in charts]


@pytest.mark.parametrize("length", [1, 2, POINTS, POINTS + 1, 5 * POINTS + 3])
def test_a_long_curve_is_thinned_and_keeps_its_last_point(length: int) -> None:
    rows = [{"step": float(n), "loss": 1 / n} for n in range(1, length + 1)]

    (chart,) = curves([learner("a", rows)])

    points = series_of(chart)[0]["points"]
    assert length == points[-1][2]
    assert min(length, POINTS / 2) <= len(points) <= POINTS
    assert "<table>" in chart


@given(some.lists(some.tuples(some.floats(60, 420), some.floats(20, 230)), min_size=1, max_size=40))
def test_no_name_of_a_point_lies_upon_another_or_upon_a_mark(points: list[tuple[float, float]]) -> None:
    marks = [around(x, y) for x, y in points]
    taken = list(marks)
    written = [label(f"model-{number}", x, y, taken) for number, (x, y) in enumerate(points)]
    names = taken[len(marks) :]

    assert len(names) == sum(bool(each) for each in written)
    assert not [
        (one, other)
        for one, other in [*combinations(names, 2), *product(names, marks)]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def test_a_point_alone_has_its_name_beside_it_and_a_crowded_one_at_the_end_of_a_line() -> None:
    taken = [around(200, 100)]
    alone = label("alone", 200, 100, taken)
    for _ in range(8):
        label("crowding", 200, 100, taken)

    assert '<text x="209.0" y="104.0" class="label">alone</text>' == alone
    assert 'class="leader"' in label("last", 200, 100, taken)


def test_a_strip_has_a_dot_for_each_image_and_zero_between_losses_and_gains() -> None:
    gains = [-0.5, 0.25, 1.0]
    made = strip(gains, gains, "c0")

    (zero,) = (float(each) for each in re.findall(r'x1="([\d.]+)"', made))
    dots = [float(each) for each in re.findall(r'cx="([\d.]+)"', made)]
    assert [True, False, False] == [each < zero for each in dots]


def test_no_two_shapes_are_equal() -> None:
    assert len(SHAPES) == len(set(SHAPES))
