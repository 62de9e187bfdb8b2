"""Writes the report: one self-contained page of what was trained, on what, and how well it restores."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import atomic
from pipeline.learning.devices import device_of
from pipeline.reporting.gathering import Places
from pipeline.reporting.page import page
from stages.entries import device_wish


def main(
    params: Mapping[str, Any],
    models: Path,
    pairs: Path,
    scores: Path,
    curves: Path,
    costs: Path,
    resume: Path,
    out: Path,
) -> None:
    """Write the page on the models that params.yaml names to ``out``."""
    atomic.write_text(
        out, page(params, Places(models, pairs, scores, curves, costs, resume=resume), device_of(device_wish()))
    )
