"""A record of a model, gathered from what the stages have made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.kinds import SCRATCH
from pipeline.lookup import fields_read
from pipeline.pairs.derive import derived
from pipeline.pairs.points import PLACED
from pipeline.pairs.reading import LR_GRID, PairSet
from pipeline.registry.enrolling import task_of
from pipeline.registry.records import Record, thinned
from pipeline.saved import ENGINE, hash_of, read_spec
from pipeline.shards.index import Entry

IMAGE, CLIP = "image", "clip"


@dataclass(frozen=True)
class Places:
    """The folders of what the stages have made, each with one file or folder for a model (pairs: for an entry)."""

    models: Path
    scores: Path
    curves: Path
    costs: Path
    pairs: Path


def gather(name: str, params: Mapping[str, Any], places: Places, revision: str, dvc: Mapping[str, str]) -> Record:
    """Return the record of the model ``name`` of params.yaml; raise DataError when a stage has not made its part."""
    model, folder = params["models"][name], places.models / name
    suite = model["suite"]
    pairs = PairSet(places.pairs / suite)
    return Record(
        task=task_of(suite),
        model=name,
        hash=hash_of(folder),
        params=made_by(name, params),
        judged=_plain(
            {
                "suite": params["suites"][suite],
                "pairs": {**params["pairs"][suite], "learner": _learner(params, suite, places)},
                "drawn": hashlib.sha256(json.dumps([*map(_chance, pairs.entries)]).encode()).hexdigest(),
                "data": pairs.facts.data,
            }
        ),
        scores=_lines(places.scores / f"{name}.csv"),
        curve=thinned(_lines(places.curves / f"{name}.csv")),
        costs=_json(places.costs / f"{name}.json"),
        engine=_json(folder / ENGINE),
        data=PairSet(places.pairs / model["pairs"]).facts.data,
        scale=pairs.facts.scale,
        takes=_takes(read_spec(folder)["network"]["name"], pairs),
        revision=revision,
        dvc=dvc,
    )


def made_by(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of params.yaml that decides what the model ``name`` is, as JSON would keep it."""
    model = params["models"][name]
    pairs = params["pairs"][model["pairs"]]
    return _plain(
        {
            "seed": params["seed"],
            "engine": params["engine"],
            "model": model,
            "pairs": pairs,
            "source": params["sources"][pairs["source"]],
        }
    )


def _plain(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``block`` as JSON would keep it, so that what was written equals what is gathered."""
    plain: dict[str, Any] = json.loads(json.dumps(block))
    return plain


def _learner(params: Mapping[str, Any], suite: str, places: Places) -> str:
    """Return the hash of the model that made the suite's LR images, if one did."""
    learner = params["pairs"][suite]["learner"]
    return learner if learner == SCRATCH else hash_of(places.models / learner)


def _chance(entry: Entry) -> list[Any]:
    return entry.drawn if entry.scale is None else [entry.scale, *entry.drawn]


def _takes(network: str, pairs: PairSet) -> str:
    """Return what a network can be served with, see ``Record.takes``."""
    read = [field for field in fields_read("networks", network) if field not in (*PLACED, "scale")]
    foreign = [field for field in read if not derived(field, {"lr": None})]
    if pairs.facts.scales.one is None:
        return "reads scale"
    if foreign:
        return f"reads {', '.join(foreign)}"
    planes = [entry.planes[name] for entry in pairs.entries for name in LR_GRID if name in entry.planes]
    return CLIP if planes and len(planes[0].shape) == 4 else IMAGE


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(_text(path).splitlines())


def _json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(_text(path))
    except ValueError as error:
        raise DataError(f"{path}: is broken ({error}); remove it and run `dvc repro`") from None
    return content


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path}: not found; run `dvc repro` to make it") from None
