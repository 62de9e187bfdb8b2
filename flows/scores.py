"""The scores as a table that Prefect shows beside the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from prefect.artifacts import create_markdown_artifact
from ruamel.yaml import YAML

from flows.children import ROOT

KEY = "scores"
NUMBER = 4
CHAMPION = "champion"
SHORT = 8
"""Characters of a hash that are shown."""


def show(metrics: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the tables and the champions as the artifact ``scores``, one version for each run."""
    if metrics:
        text = "\n\n".join(filter(None, [tables(metrics), best(_entries())]))
        create_markdown_artifact(markdown=text, key=KEY, description="Means per benchmark, and the champions")


def _entries() -> Sequence[Mapping[str, Any]]:
    path = ROOT / "registry.yaml"
    return (YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.exists() else None) or []


def best(entries: Sequence[Mapping[str, Any]]) -> str:
    """Write a table of each task's champion, the last version so called; nothing where there is none.

    A champion's scores need not stand in the tables above it: those are of what params.yaml names today.
    """
    last = {entry["task"]: entry for entry in entries if entry["verdict"] == CHAMPION}
    if not last:
        return ""
    lines = [["task", "champion", "hash", "since"], ["---"] * 4]
    lines += [[task, f"**{each['model']}**", each["hash"][:SHORT], each["date"]] for task, each in sorted(last.items())]
    return f"### Champions\n\n{_written(lines)}"


def tables(metrics: Mapping[str, Mapping[str, Any]]) -> str:
    """Write one Markdown table for each benchmark, models down, metrics across.

    Args:
        metrics: for each file ``<folder>/<model>.json`` its benchmarks, and of these the means.
    """
    benchmarks: dict[str, dict[str, Mapping[str, float]]] = {}
    for path, scores in sorted(metrics.items()):
        for benchmark, means in scores.items():
            benchmarks.setdefault(benchmark, {})[PurePosixPath(path).stem] = means
    return "\n\n".join(f"### {name}\n\n{_table(models)}" for name, models in sorted(benchmarks.items()))


def _table(models: Mapping[str, Mapping[str, float]]) -> str:
    names = sorted({name for means in models.values() for name in means})
    lines = [["model", *names], ["---", *("---:" for _ in names)]]
    lines += [[model, *(_shown(means.get(name)) for name in names)] for model, means in models.items()]
    return _written(lines)


def _written(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.{NUMBER}f}"
