"""Scores a model on its suite."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.evaluation.scoring import score, write
from pipeline.evaluation.settings import Suite
from pipeline.learning.devices import device_of
from pipeline.lookup import settings
from stages.entries import device_wish, entry


def main(params: Mapping[str, Any], name: str, model: Path, pairs: Path, scores: Path, images: Path) -> None:
    """Score the model ``name``: means into ``scores``, the images' own values into ``images``."""
    suite = settings(Suite, entry(params, "suites", entry(params, "models", name)["suite"]))
    write(score(suite, model=model, pairs=pairs, device=device_of(device_wish())), scores, images)
