"""What a network learns from its degradation: models of one training block over suites of many degradations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.kinds import SCRATCH
from pipeline.reporting.gathering import Suite

Params: TypeAlias = Mapping[str, Any]

UNTRAINED = "fixed"


@dataclass(frozen=True)
class Crossing:
    """Scores of models, each learnt on one kind of pairs, on suites of every kind.

    Args:
        rows: the pairs that were learnt on.
        columns: the suites.
        values: the main metric of a row's model on a column's suite.
        label, unit: of that metric.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Mapping[tuple[str, str], float]
    label: str
    unit: str


def crossing(suites: list[Suite], params: Params) -> Crossing | None:
    """Return the largest full table of learnt-on against judged-on, None where there is none of two by two.

    The models of a table have one training block. One is judged on another suite by an entry that starts from it and
    does not learn (recipe ``fixed``).
    """
    tables = [_table(training, suites, params) for training in _trainings(params)]
    return max((each for each in tables if each), key=lambda each: len(each.rows) * len(each.columns), default=None)


def _trainings(params: Params) -> list[Any]:
    found: list[Any] = []
    for model in params["models"].values():
        if model["training"]["steps"] and model["training"] not in found:
            found.append(model["training"])
    return found


def _table(training: Any, suites: list[Suite], params: Params) -> Crossing | None:
    values: dict[tuple[str, str], float] = {}
    for suite in suites:
        for each in suite.contenders:
            root = params["models"][root_of(each.name, params)]
            if root["training"] == training:
                means = [row[suite.main.name] * row["images"] for row in each.means.values()]
                images = sum(row["images"] for row in each.means.values())
                values.setdefault((root["pairs"], suite.name), sum(means) / images)
    rows = tuple(dict.fromkeys(pairs for pairs, _ in values))
    columns = tuple(name for name in dict.fromkeys(suite for _, suite in values) if _full(name, rows, values))
    if len(rows) < 2 or len(columns) < 2:
        return None
    main = next(suite.main for suite in suites if suite.name == columns[0])
    return Crossing(rows, columns, values, main.label, main.unit)


def root_of(name: str, params: Params) -> str:
    """Return the model whose weights ``name`` has: itself, or what it starts from where it does not learn."""
    model = params["models"][name]
    while model["training"]["recipe"]["name"] == UNTRAINED and model["start"] != SCRATCH:
        name = model["start"]
        model = params["models"][name]
    return name


def _full(suite: str, rows: tuple[str, ...], values: Mapping[tuple[str, str], float]) -> bool:
    return all((pairs, suite) in values for pairs in rows)
