"""Rules about the entries of params.yaml that no single value can break: names, edges, cycles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.kinds import SCRATCH
from pipeline.params.words import Fault, absent, unknown

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAMED_SECTIONS = ("sources", "pairs", "suites", "models", "gates")

EDGES = (
    ("pairs", "source", "sources", ()),
    ("pairs", "learner", "models", (SCRATCH,)),
    ("models", "pairs", "pairs", ()),
    ("models", "suite", "suites", ()),
    ("models", "start", "models", (SCRATCH,)),
)
"""Section, key, the section whose entries it names, and what else it may say."""

Content = Mapping[str, Any]


def names(content: Content) -> Iterator[Fault]:
    """Yield the entries whose names DVC's paths or stage names could not bear."""
    for section in NAMED_SECTIONS:
        for name in content[section]:
            if not NAME.fullmatch(name):
                yield Fault(f"{section}.{name}", "bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`")
    if SCRATCH in content["models"]:
        yield Fault(f"models.{SCRATCH}", f"bad name; `{SCRATCH}` stands for no model at all")


def unsaid(content: object) -> Iterator[Fault]:
    """Yield the entries that lack a name of another entry, or have no name there: the schema knows no choices."""
    for section, key, target, extra in EDGES:
        choices = [*_inside(content, target), *extra]
        for name, item in _inside(content, section).items():
            yield from _unsaid(f"{section}.{name}", item, key, choices, f"`{target}` is empty")
    for name, gate in _inside(content, "gates").items():
        metrics = [*_inside(content, "suites", name, "metrics")]
        if metrics:
            yield from _unsaid(f"gates.{name}", gate, "metric", metrics, "")


def edges(content: Content) -> Iterator[Fault]:
    """Yield the keys that point to an entry which is not there."""
    for section, key, target, extra in EDGES:
        choices = [*content[target], *extra]
        for name, item in content[section].items():
            if item[key] not in choices:
                yield Fault(f"{section}.{name}.{key}", unknown(item[key], choices, f"`{target}` is empty"))
    for section, target in [("suites", "pairs"), ("gates", "suites")]:
        for name in content[section]:
            if name not in content[target]:
                why = unknown(name, content[target], f"`{target}` is empty")
                yield Fault(f"{section}.{name}", f"the key must be an entry of {target}; {why}")
    for name, gate in content["gates"].items():
        metrics = content["suites"].get(name, {}).get("metrics", {})
        if metrics and gate["metric"] not in metrics:
            yield Fault(f"gates.{name}.metric", unknown(gate["metric"], metrics))


def cycles(content: Content) -> Iterator[Fault]:
    """Yield the models that wait for themselves, through ``start`` or through the ``learner`` of their pairs."""
    waits: dict[str, list[str]] = {}
    for name, model in content["models"].items():
        learners = [content["pairs"][model[key]]["learner"] for key in ("pairs", "suite")]
        waits[name] = [each for each in (model["start"], *learners) if each != SCRATCH]
    for name in waits:
        path = _way_back(waits, name)
        if path:
            way = " -> ".join(path)
            yield Fault(f"models.{name}", f"waits for itself: {way}; let a `start` or `learner` be `{SCRATCH}`")


def _unsaid(place: str, item: object, key: str, choices: list[str], none: str) -> Iterator[Fault]:
    if isinstance(item, dict) and key not in item:
        yield Fault(f"{place}.{key}", absent(choices, none))
    elif isinstance(item, dict) and not isinstance(item[key], str):
        yield Fault(f"{place}.{key}", unknown(item[key], choices, none))


def _inside(content: object, *way: str) -> Mapping[str, Any]:
    """Return the mapping that ``way`` leads to, an empty one where none is."""
    for key in way:
        content = content.get(key) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


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
