"""``python -m stages compare``: the versions of every task side by side, who is champion, and why."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.registry import facts
from pipeline.registry.comparing import compared
from pipeline.registry.enrolling import task_of
from pipeline.saved import SPEC, hash_of
from stages.entries import entry


def main(params: Mapping[str, Any], models: Path, ledger: Path, records: Path, model: Path | None = None) -> None:
    """Print a table for each task; a model that params.yaml no longer names is not shown.

    ``model``: one of which all is told, where a task has many.
    """
    named = str(model or "")
    if named:
        entry(params, "models", named)
    present = {name: _hash(models / name) for name in params["models"]}
    tasks = {name: task_of(model["suite"]) for name, model in params["models"].items()}
    lines = list(compared(facts.read(ledger, records), present, tasks, named))
    sys.stdout.write("\n".join(lines or ["no version yet; `dvc repro` registers what params.yaml names"]) + "\n")


def _hash(folder: Path) -> str | None:
    return hash_of(folder) if (folder / SPEC).is_file() else None
