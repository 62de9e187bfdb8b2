"""What is known of a registered model beside its weights: a small JSON file per task and hash, in git.

A lost index is rebuilt from these, and a new version is compared with the champion's scores in them, also when the
champion's entry of params.yaml, and with it its scores, has long changed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from pipeline import atomic
from pipeline.errors import DataError

SHORT = 8
"""Characters of a hash that are shown."""

DIGITS = 6
"""Decimals kept of a mean score."""
CURVE_ROWS = 500
"""Rows kept of a learning curve, spread evenly."""

Key: TypeAlias = tuple[str, str]
"""Task and hash."""


@dataclass(frozen=True)
class Record:
    """What is known of a model that stands for a task.

    Args:
        task: ``sr-<suite>``.
        model: its name in params.yaml when it was registered.
        hash: sha256 over its spec and weights.
        params: what of params.yaml made it: seed, engine, and the entries of models, pairs and sources.
        judged: what its scores mean: the suite's entries of suites and pairs (with the hash of the learner), the
            digests of what chance decided and of the true images.
        scores: the lines of the csv with each image's values.
        curve: the lines of the csv with its learning curve, thinned.
        costs: what it costs to run, as ``measure`` found.
        engine: what machine and precision made it.
        data: the digest of the images it learnt from.
        scale: HR pixels per LR pixel, or what params.yaml says of several.
        takes: ``image`` or ``clip``; or the reason why it cannot be served: a field that is not made from LR.
        revision: the commit of the code that made it, ``-dirty`` when there were changes.
        dvc: the md5 of every dependency and output of its stages, by path.
    """

    task: str
    model: str
    hash: str
    params: Mapping[str, Any]
    judged: Mapping[str, Any]
    scores: tuple[str, ...]
    curve: tuple[str, ...]
    costs: Mapping[str, Any]
    engine: Mapping[str, Any]
    data: str
    scale: Any
    takes: str
    revision: str
    dvc: Mapping[str, str]

    @property
    def key(self) -> Key:
        """Task and hash."""
        return self.task, self.hash

    def values(self, metric: str) -> dict[tuple[str, str], float]:
        """Return ``metric`` of every image, by benchmark and image; nothing when it was not judged by it."""
        rows = csv.DictReader(self.scores)
        return {(row["benchmark"], row["image"]): float(row[metric]) for row in rows if metric in row}

    def means(self) -> dict[str, dict[str, float]]:
        """Return ``{benchmark: {metric: mean over its images}}``, the benchmarks sorted."""
        rows = list(csv.DictReader(self.scores))
        metrics = [name for name in rows[0] if name not in ("benchmark", "image")]
        means = {}
        for benchmark in sorted({row["benchmark"] for row in rows}):
            own = [row for row in rows if row["benchmark"] == benchmark]
            means[benchmark] = {
                name: round(sum(float(row[name]) for row in own) / len(own), DIGITS) for name in metrics
            }
        return means

    def images(self) -> int:
        """Return how many images it was judged on."""
        return len(self.scores) - 1


def read(folder: Path) -> dict[Key, Record]:
    """Return all records of ``folder``; raise DataError when one is not as written."""
    found = [_record(path) for path in sorted(folder.glob("*/*.json"))]
    return {record.key: record for record in found}


def write(folder: Path, record: Record) -> None:
    """Write ``record`` whole or not at all."""
    atomic.write_text(_path(folder, record.key), json.dumps(asdict(record), indent=1, sort_keys=True) + "\n")


def refreshed(known: Mapping[Key, Record], present: Iterable[Record]) -> dict[Key, Record]:
    """Return the records that are new, or whose scores are: those of a hash change with its suite and metrics alone.

    All else (params, costs, engine, revision) stays as it was first told, so that a clone that makes the same models
    leaves every file as it is.
    """
    changed = {}
    for record in present:
        old = known.get(record.key)
        if old is None:
            changed[record.key] = record
        elif (old.judged, old.scores) != (record.judged, record.scores):
            changed[record.key] = replace(old, judged=record.judged, scores=record.scores)
    return changed


def thinned(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return a csv's header, at most ``CURVE_ROWS`` of its rows spread evenly, and its last row."""
    head, rows = lines[:1], lines[1:]
    step = -(-len(rows) // CURVE_ROWS) or 1
    return (*head, *reversed(rows[::-1][::step]))


def _path(folder: Path, key: Key) -> Path:
    task, hash_ = key
    return folder / task / f"{hash_}.json"


def _record(path: Path) -> Record:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**{**row, "scores": tuple(row["scores"]), "curve": tuple(row["curve"])})
    except (ValueError, TypeError, KeyError) as error:
        wanted = ", ".join(field.name for field in fields(Record))
        raise DataError(f"{path}: is no record of {wanted} ({error}); mend it from git's history") from None
    if _path(path.parents[1], record.key) != path:
        raise DataError(f"{path}: is the record of {record.task}, {record.hash}; mend it from git's history")
    return record
