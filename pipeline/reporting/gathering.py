"""What params.yaml names, with what the other stages found of it: the facts that the page is made of."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

from pipeline.errors import DataError
from pipeline.images.scale import border
from pipeline.lookup import build
from pipeline.pairs.scales import Scales
from pipeline.reporting.words import Measure
from pipeline.restoring.ensemble import SelfEnsemble
from pipeline.saved import hash_of
from pipeline.training.timing import minutes

Params: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Mapping[str, float]

BASELINES = ("bicubic", "bicubic_luma")
"""The networks that the others are compared with."""
COLOURS = 8
"""How many colours the page has; more models begin with the first again, in another shape."""


@dataclass(frozen=True)
class Places:
    """The folders that the report reads.

    ``own`` is the user's, where a chain of links is run again; ``resume`` is where trainings on this machine have left
    how long they took.
    """

    models: Path
    pairs: Path
    scores: Path
    curves: Path
    costs: Path
    own: Path | None = None
    resume: Path | None = None


@dataclass(frozen=True)
class Contender:
    """A model, how it scored and what it costs.

    Args:
        name: its entry in params.yaml.
        entry: that entry.
        look: the class of its colour: ``base`` for an interpolation, else ``c0`` and so on.
        shape: the number of its mark in charts.
        means: ``{benchmark: {metric: value, "images": n}}``.
        images: ``{(benchmark, image): {metric: value}}``.
        cost: as ``measure`` wrote it.
        curve: the rows of its curve.
        minutes: how long it learnt on this machine; None where that is not known.
    """

    name: str
    entry: Mapping[str, Any]
    look: str
    shape: int
    means: Mapping[str, Row]
    images: Mapping[tuple[str, str], Row]
    cost: Mapping[str, Any]
    curve: Sequence[Row]
    minutes: float | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether it is an interpolation."""
        return self.entry["training"]["network"]["name"] in BASELINES


@dataclass(frozen=True)
class Suite:
    """Models that were judged on the same images in the same way.

    Args:
        name: its entry in params.yaml.
        scale: HR pixels per LR pixel; of some pairs each image has its own.
        rounding: of its pairs.
        self_ensemble: how its images were restored.
        measures: its metrics.
        main: the metric that its gate names, or the first.
        contenders: its models, in the order of params.yaml.
    """

    name: str
    scale: Scales
    rounding: str
    self_ensemble: SelfEnsemble
    measures: tuple[Measure, ...]
    main: Measure
    contenders: tuple[Contender, ...]

    @property
    def border(self) -> str:
        """What its metrics leave out, in words."""
        one = self.scale.one
        return "A border as wide as an image's scale" if one is None else f"A border of {border(one)} pixels"

    @cached_property
    def baseline(self) -> Contender | None:
        """The interpolation that the others are compared with."""
        return next((each for each in self.contenders if each.is_baseline), None)

    @cached_property
    def images(self) -> list[tuple[str, str]]:
        """(benchmark, image) of every image, in the order of the pairs."""
        return list(self.contenders[0].images)

    @cached_property
    def benchmarks(self) -> dict[str, int]:
        """Every benchmark with the number of its images."""
        names = [benchmark for benchmark, _ in self.images]
        return {name: names.count(name) for name in names}

    def gains(self, contender: Contender) -> list[float]:
        """Return by how much ``contender`` is above the baseline in the main metric, image by image."""
        if self.baseline is None:
            return []
        ours, theirs, name = contender.images, self.baseline.images, self.main.name
        return [ours[key][name] - theirs[key][name] for key in self.images]


def gathered(params: Params, places: Places) -> list[Suite]:
    """Return the suites that have models, in the order of params.yaml.

    Raises:
        DataError: a file that the page needs is not there.
    """
    contenders = _contenders(params, places)
    suites = []
    for name, block in params["suites"].items():
        own = tuple(each for each in contenders if each.entry["suite"] == name)
        measures = tuple(_measure(metric, options) for metric, options in block["metrics"].items())
        gate = params["gates"].get(name, {}).get("metric", measures[0].name)
        main = next(each for each in measures if each.name == gate)
        pairs = params["pairs"][name]
        if own:
            how = block["self_ensemble"]
            suites.append(Suite(name, Scales(pairs["scale"]), pairs["rounding"], how, measures, main, own))
    return suites


def _contenders(params: Params, places: Places) -> list[Contender]:
    found: list[Contender] = []
    taken = minutes(places.resume) if places.resume else {}
    for name, entry in params["models"].items():
        number = sum(not each.is_baseline for each in found)
        interpolates = entry["training"]["network"]["name"] in BASELINES
        found.append(
            Contender(
                name,
                entry,
                "base" if interpolates else f"c{number % COLOURS}",
                0 if interpolates else number + number // COLOURS,
                _json(places.scores / f"{name}.json"),
                {(row["benchmark"], row["image"]): _numbers(row) for row in _csv(places.scores / f"{name}.csv")},
                _json(places.costs / f"{name}.json"),
                [_numbers(row) for row in _csv(places.curves / f"{name}.csv")],
                taken.get(hash_of(places.models / name)) if taken else None,
            )
        )
    return found


def _measure(name: str, options: Mapping[str, Any]) -> Measure:
    metric = build("metrics", {"name": name, **options})
    return Measure(name, metric.unit, metric.better)


def _numbers(row: Mapping[str, str]) -> Row:
    return {key: float(value) for key, value in row.items() if value and key not in ("benchmark", "image")}


def _json(path: Path) -> Any:
    return json.loads(_text(path))


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(_text(path), newline="")))


def _text(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"{path}: not found; run `dvc repro` to make it")
    return path.read_bytes().decode("utf-8")
