"""Rules between entries of params.yaml that no single value can break: names, edges, cycles, scales, fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.fields import FIELDS
from pipeline.lookup import entry, fields_read
from pipeline.params.values import WEIGHTED, unknown
from pipeline.signatures import Named

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMED_SECTIONS = ("sources", "pairs", "suites", "models", "gates")
SCRATCH = "scratch"
LUMA = {"lr_y", "hr_y", "ilr_y", "sr_y", "sr_y8", "hr_y8", "scale"}

Content = Mapping[str, Any]


def names(content: Content) -> Iterator[str]:
    """Yield the entries whose names DVC's paths or stage names could not bear."""
    for section in NAMED_SECTIONS:
        for name in content[section]:
            if not NAME.fullmatch(str(name)):
                yield f"{section}.{name}: bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`"
    if SCRATCH in content["models"]:
        yield f"models.{SCRATCH}: bad name; `{SCRATCH}` stands for no model at all"


def edges(content: Content) -> Iterator[str]:
    """Yield the keys that point to an entry which is not there."""
    for section, key, target, extra in [
        ("pairs", "source", "sources", ()),
        ("pairs", "learner", "models", (SCRATCH,)),
        ("models", "pairs", "pairs", ()),
        ("models", "suite", "suites", ()),
        ("models", "start", "models", (SCRATCH,)),
    ]:
        choices = [*content[target], *extra]
        for name, item in content[section].items():
            if item[key] not in choices:
                yield f"{section}.{name}.{key}: {unknown(item[key], choices)}"
    for section, target in [("suites", "pairs"), ("gates", "suites")]:
        for name in content[section]:
            if name not in content[target]:
                yield f"{section}.{name}: the key must be an entry of {target}; {unknown(name, content[target])}"
    for name, gate in content["gates"].items():
        metrics = content["suites"].get(name, {}).get("metrics", {})
        if metrics and gate["metric"] not in metrics:
            yield f"gates.{name}.metric: {unknown(gate['metric'], metrics)}"


def cycles(content: Content) -> Iterator[str]:
    """Yield the models that wait for themselves, through ``start`` or through the ``learner`` of their pairs."""
    waits: dict[str, list[str]] = {}
    for name, model in content["models"].items():
        learners = [content["pairs"][model[key]]["learner"] for key in ("pairs", "suite")]
        waits[name] = [each for each in (model["start"], *learners) if each != SCRATCH]
    for name in waits:
        path = _way_back(waits, name)
        if path:
            yield f"models.{name}: waits for itself: {' -> '.join(path)}; let one of them start from {SCRATCH}"


def scales(content: Content) -> Iterator[str]:
    """Yield the models whose network, pairs and suite disagree about the scale."""
    for name, model in content["models"].items():
        scale = content["pairs"][model["pairs"]]["scale"]
        judged = content["pairs"][model["suite"]]["scale"]
        own = model["training"]["network"].get("scale", scale)
        where = f"models.{name}.training.network.scale: is {own}"
        if own != scale:
            yield f"{where}, but its pairs `{model['pairs']}` have scale {scale}"
        if own != judged:
            yield f"{where}, but its suite `{model['suite']}` has scale {judged}"


def fields(content: Content) -> Iterator[str]:
    """Yield the parts that read a field which no batch holds, or which pairs of rounding ``none`` cannot give."""
    for name, model in content["models"].items():
        bare = [key for key in ("pairs", "suite") if content["pairs"][model[key]]["rounding"] == "none"]
        why = f"{bare[0]} `{model[bare[0]]}` has rounding `none`: luma only" if bare else ""
        for where, read in _fields_of_model(model["training"]):
            yield from _unreadable(f"models.{name}.training.{where}", read, why)
    for name, suite in content["suites"].items():
        why = "its pairs have rounding `none`: luma only" if content["pairs"][name]["rounding"] == "none" else ""
        for metric in suite["metrics"]:
            yield from _unreadable(f"suites.{name}.metrics.{metric}", fields_read("metrics", metric), why)


def _fields_of_model(training: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    network = training["network"]["name"]
    yield f"network.{network}", fields_read("networks", network)
    for key, item in training["recipe"].get("losses", {}).items():
        spec = entry(Named("losses", weighted=True), key, item)
        renamed = spec.get(WEIGHTED[1].name, {})
        yield (
            f"recipe.losses.{key}",
            tuple(renamed.get(each, each) for each in fields_read("losses", spec["name"])),
        )


def _unreadable(where: str, read: tuple[str, ...], why: str) -> Iterator[str]:
    for field in read:
        if field not in FIELDS:
            yield f"{where}: reads the field {unknown(field, FIELDS)}"
        elif why and field not in LUMA:
            yield f"{where}: reads `{field}`, but {why}; choices: {', '.join(sorted(LUMA & set(FIELDS)))}"


def _way_back(waits: Mapping[str, list[str]], name: str) -> list[str]:
    """Return a path from ``name`` to itself, or nothing."""
    paths = [[name]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for following in waits.get(path[-1], []):
            if following == name:
                return [*path, name]
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []
