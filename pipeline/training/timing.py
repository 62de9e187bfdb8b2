"""How long trainings took on this machine. It is no part of a model: equal trainings make equal bytes."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline import atomic
from pipeline.saved import hash_of


def note(path: Path, model: Path, seconds: float) -> None:
    """Write to ``path``, a JSON file, that the training which made the folder ``model`` took ``seconds``."""
    atomic.write_text(path, json.dumps({"model": hash_of(model), "seconds": round(seconds, 1)}) + "\n")


def minutes(folder: Path) -> dict[str, float]:
    """Return the minutes that ``folder`` knows of, by the model's hash."""
    notes = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {each["model"]: each["seconds"] / 60 for each in notes}
