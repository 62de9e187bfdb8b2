"""Rules between entries of params.yaml that no single value can break: names, edges, cycles, scales, fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.fields import FIELDS
from pipeline.lookup import entry, fields_read
from pipeline.lookup import names as parts
from pipeline.params.values import WEIGHTED, unknown
from pipeline.signatures import Named

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMED_SECTIONS = ("sources", "pairs", "suites", "models", "gates")
SCRATCH = "scratch"
LUMA_ONLY = "have rounding `none`: luma only"
LUMA_LEARNT = ("hr_y", "ilr_y", "lr_y", "sr_y")
LUMA = {*LUMA_LEARNT, "sr_y8", "hr_y8", "scale"}

EDGES = (
    ("pairs", "source", "sources", ()),
    ("pairs", "learner", "models", (SCRATCH,)),
    ("models", "pairs", "pairs", ()),
    ("models", "suite", "suites", ()),
    ("models", "start", "models", (SCRATCH,)),
)
"""Section, key, the section whose entries it names, and what else it may say."""

Content = Mapping[str, Any]


def names(content: Content) -> Iterator[str]:
    """Yield the entries whose names DVC's paths or stage names could not bear."""
    for section in NAMED_SECTIONS:
        for name in content[section]:
            if not NAME.fullmatch(str(name)):
                yield f"{section}.{name}: bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`"
    if SCRATCH in content["models"]:
        yield f"models.{SCRATCH}: bad name; `{SCRATCH}` stands for no model at all"


def unsaid_edges(content: object) -> Iterator[str]:
    """Yield the entries that lack a key pointing to another entry: the schema does not know the choices."""
    for section, key, target, extra in EDGES:
        for name, item in _mapping(_mapping(content).get(section)).items():
            if isinstance(item, dict) and key not in item:
                choices = [*_mapping(_mapping(content).get(target)), *extra]
                yield f"{section}.{name}.{key}: missing; choices: {', '.join(map(str, choices)) or 'none'}"


def edges(content: Content) -> Iterator[str]:
    """Yield the keys that point to an entry which is not there."""
    for section, key, target, extra in EDGES:
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
            yield f"models.{name}: waits for itself: {' -> '.join(path)}; let a `start` or `learner` be `{SCRATCH}`"


def scales(content: Content) -> Iterator[str]:
    """Yield the models whose network, pairs and suite disagree about the scale."""
    for name, model in content["models"].items():
        learnt, judged = (content["pairs"][model[key]]["scale"] for key in ("pairs", "suite"))
        own = model["training"]["network"].get("scale")
        where = f"models.{name}.training.network.scale: is {own}"
        if own is None and learnt != judged:
            yield f"models.{name}.suite: `{model['suite']}` has scale {judged}, but its pairs have scale {learnt}"
        if own not in (None, learnt):
            yield f"{where}, but its pairs `{model['pairs']}` have scale {learnt}"
        if own not in (None, judged):
            yield f"{where}, but its suite `{model['suite']}` has scale {judged}"


def losses(content: Content) -> Iterator[str]:
    """Yield the recipes that minimise nothing, and the losses told to rename a field that they do not read."""
    for name, model in content["models"].items():
        where = f"models.{name}.training.recipe.losses"
        if model["training"]["recipe"].get("losses") == {}:
            yield f"{where}: is empty; choices: {', '.join(parts('losses'))}"
        for key, loss, renamed in _losses(model["training"]):
            read = fields_read("losses", loss)
            for argument in sorted(renamed.keys() - set(read)):
                yield f"{where}.{key}.fields.{argument}: {unknown(argument, read)}"


def fields(content: Content) -> Iterator[str]:
    """Yield the parts that read a field which no batch holds, or which pairs of rounding ``none`` cannot give."""
    for name, model in content["models"].items():
        bare = [key for key in ("pairs", "suite") if content["pairs"][model[key]]["rounding"] == "none"]
        why = f"its {bare[0]} `{model[bare[0]]}` {LUMA_ONLY}" if bare else ""
        yield from _fields_of_model(f"models.{name}.training", model["training"], why)
    for name, suite in content["suites"].items():
        why = f"its pairs {LUMA_ONLY}" if content["pairs"][name]["rounding"] == "none" else ""
        for key, options in suite["metrics"].items():
            read = fields_read("metrics", entry(Named("metrics"), key, options)["name"])
            yield from _unreadable(f"suites.{name}.metrics.{key}:", read, why, _of_luma("metrics"))


def _fields_of_model(where: str, training: Mapping[str, Any], why: str) -> Iterator[str]:
    network = training["network"]["name"]
    read = fields_read("networks", network)
    yield from _unreadable(f"{where}.network: `{network}`", read, why, _of_luma("networks"))
    why = why and f"{why}; rename in `fields`"
    for key, loss, renamed in _losses(training):
        read = tuple(renamed.get(each, each) for each in fields_read("losses", loss))
        yield from _unreadable(f"{where}.recipe.losses.{key}:", read, why, LUMA_LEARNT)


def _losses(training: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield the key of every loss, its part, and what ``fields`` renames."""
    for key, item in training["recipe"].get("losses", {}).items():
        spec = entry(Named("losses", weighted=True), key, item)
        yield key, spec["name"], spec.get(WEIGHTED[1].name, {})


def _unreadable(where: str, read: tuple[str, ...], why: str, choices: Iterable[str]) -> Iterator[str]:
    for field in read:
        if field not in FIELDS:
            yield f"{where} reads a field that no batch holds: {unknown(field, FIELDS)}"
    barred = [f"`{field}`" for field in read if why and field in FIELDS and field not in LUMA]
    if barred:
        yield f"{where} reads {', '.join(barred)}, but {why}; choices: {', '.join(choices)}"


def _of_luma(room: str) -> Iterator[str]:
    """Yield the parts of ``room`` that read luma only."""
    return (part for part in parts(room) if LUMA.issuperset(fields_read(room, part)))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


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
