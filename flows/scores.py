"""The scores as a table that Prefect shows beside the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from prefect.artifacts import create_markdown_artifact
from ruamel.yaml import YAML

from flows.children import ROOT

KEY = "scores"
NUMBER = 4


def show(metrics: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the tables as the artifact ``scores``, one version for each run."""
    if metrics:
        create_markdown_artifact(markdown=tables(metrics, champions()), key=KEY, description="Means per benchmark")


def champions() -> frozenset[str]:
    """Return the models that registry.yaml calls champion, of each task the last so called; none without it."""
    path = ROOT / "registry.yaml"
    entries = YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.exists() else None
    last = {entry["task"]: entry["model"] for entry in entries or () if entry["verdict"] == "champion"}
    return frozenset(last.values())


def tables(metrics: Mapping[str, Mapping[str, Any]], best: Collection[str] = ()) -> str:
    """Write one Markdown table for each benchmark, models down, metrics across.

    Args:
        metrics: for each file ``<folder>/<model>.json`` its benchmarks, and of these the means.
        best: the models to mark as champion.
    """
    benchmarks: dict[str, dict[str, Mapping[str, float]]] = {}
    for path, scores in sorted(metrics.items()):
        for benchmark, means in scores.items():
            benchmarks.setdefault(benchmark, {})[PurePosixPath(path).stem] = means
    return "\n\n".join(f"### {name}\n\n{_table(models, best)}" for name, models in sorted(benchmarks.items()))


def _table(models: Mapping[str, Mapping[str, float]], best: Collection[str]) -> str:
    names = sorted({name for means in models.values() for name in means})
    lines = [["model", *names], ["---", *("---:" for _ in names)]]
    for model, means in models.items():
        mark = f"**{model}** (champion)" if model in best else model
        lines.append([mark, *(_shown(means.get(name)) for name in names)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.{NUMBER}f}"
