"""``python -m stages degradation``: the page on learnt degradations, and its figures, of what params.yaml names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import atomic
from pipeline.reporting.degradations import study, written
from pipeline.reporting.gathering import Places


def main(
    params: Mapping[str, Any], models: Path, pairs: Path, scores: Path, curves: Path, costs: Path, own: Path, out: Path
) -> None:
    """Write ``out`` with the endings ``.html`` and ``.json``."""
    page, numbers = study(params, Places(models, pairs, scores, curves, costs, own))
    atomic.write_text(out.with_suffix(".json"), written(numbers))
    atomic.write_text(out.with_suffix(".html"), page)
