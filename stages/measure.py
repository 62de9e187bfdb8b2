"""Measures what a model costs: parameters, multiply-adds, seconds."""

import json
from dataclasses import asdict
from pathlib import Path

from pipeline import atomic
from pipeline.evaluation.cost import measure
from pipeline.learning.devices import device_of
from stages.entries import device_wish


def main(model: Path, pairs: Path, costs: Path) -> None:
    """Measure the folder ``model`` on images like those of ``pairs``; write what was found to ``costs``."""
    cost = measure(model, pairs, device_of(device_wish()))
    atomic.write_text(costs, json.dumps(asdict(cost), indent=1) + "\n")
