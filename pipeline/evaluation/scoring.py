"""Scoring a model: every image of a suite restored and compared with its truth."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from tqdm import tqdm

from pipeline import atomic
from pipeline.errors import ScoreError
from pipeline.evaluation.compared import compared
from pipeline.evaluation.settings import Suite
from pipeline.fields import needs, pick
from pipeline.kinds import Metric
from pipeline.learning.recipe import Recipe
from pipeline.lookup import build
from pipeline.pairs.reading import PairSet
from pipeline.restoring.ensemble import SelfEnsemble
from pipeline.restoring.image import restore
from pipeline.saved import load_recipe
from pipeline.shards.index import Entry

DIGITS = 6
"""Decimals kept of a score."""


@dataclass(frozen=True)
class ImageScore:
    """The scores of one image under the name of its benchmark: the suite, or ``suite/set`` where that joins several."""

    benchmark: str
    image: str
    values: Mapping[str, float]


def score(suite: Suite, *, model: Path, pairs: Path, device: torch.device) -> list[ImageScore]:
    """Return the scores of ``model`` on every image of ``pairs``.

    Raises:
        ScoreError: when nothing was scored or a score is no finite number.
    """
    recipe: Recipe = load_recipe(model).to(device)
    metrics: dict[str, Metric] = {name: build("metrics", spec) for name, spec in suite.metrics.items()}
    judge = Judge(recipe, PairSet(pairs), metrics, device, suite.self_ensemble)
    entries = [entry for entry in judge.pairs.entries if judge.can_judge(entry)]
    if not entries:
        raise ScoreError(f"{pairs}: no image has both LR and a truth; nothing to score")
    return [judge.score(entry) for entry in tqdm(entries, desc=model.name, unit="image", disable=None)]


@dataclass(frozen=True)
class Judge:
    """Scores one image after the other."""

    recipe: Recipe
    pairs: PairSet
    metrics: Mapping[str, Metric]
    device: torch.device
    self_ensemble: SelfEnsemble = "none"

    def can_judge(self, entry: Entry) -> bool:
        """Tell whether ``entry`` has LR and a truth."""
        return "hr" in entry.planes and ("lr" in entry.planes or "lr_y" in entry.planes)

    def score(self, entry: Entry) -> ImageScore:
        """Restore ``entry`` and compare; the score of a clip is the mean over its frames."""
        facts, scale = self.pairs.facts, self.pairs.scale_of(entry)
        window = self.pairs.whole(entry)
        planes = {name: self.pairs.field(entry, name, window) for name in entry.planes if name != "hr"}
        restored = restore(self.recipe, planes, scale, self.device, self.self_ensemble)
        hr = self.pairs.field(entry, "hr", window)
        frames = list(compared(restored, hr, scale, facts.rounding))
        benchmark = f"{facts.benchmark}/{entry.member}" if entry.member else facts.benchmark
        values = {}
        for name, metric in self.metrics.items():
            wanted = needs(metric.__call__)
            each = [metric(**pick(wanted, frame, f"metric `{name}`")) for frame in frames]
            values[name] = _finite(sum(each) / len(each), name, entry.key)
        return ImageScore(benchmark, entry.key, values)


def summary(scores: list[ImageScore]) -> dict[str, dict[str, float]]:
    """Return ``{benchmark: {metric: mean, "images": n}}``: the mean of the images' scores, as papers print it."""
    means: dict[str, dict[str, float]] = {}
    for benchmark in sorted({each.benchmark for each in scores}):
        rows = [each.values for each in scores if each.benchmark == benchmark]
        means[benchmark] = {name: round(sum(row[name] for row in rows) / len(rows), DIGITS) for name in rows[0]}
        means[benchmark]["images"] = len(rows)
    return means


def write(scores: list[ImageScore], means: Path, images: Path) -> None:
    """Write the means as JSON and the images' own values as csv."""
    with atomic.file(images) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["benchmark", "image", *scores[0].values])
        for each in scores:
            table.writerow([each.benchmark, each.image, *(round(value, DIGITS) for value in each.values.values())])
    atomic.write_text(means, json.dumps(summary(scores), indent=1) + "\n")


def _finite(value: float, metric: str, image: str) -> float:
    if not math.isfinite(value):
        raise ScoreError(f"{metric} of {image} is {value}: the restored image equals the truth or is no image")
    return value
