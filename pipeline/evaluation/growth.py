"""How scores grow while a model learns: every snapshot of a training scored."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import torch

from pipeline import atomic
from pipeline.errors import ScoreError
from pipeline.evaluation.scoring import score, summary
from pipeline.evaluation.settings import Suite
from pipeline.saved import ENGINE

Row: TypeAlias = dict[str, float]

DIGITS = 4
"""Decimals of a score in the table."""


def growth(suites: Mapping[Path, Suite], *, snapshots: Path, device: torch.device) -> Iterator[Row]:
    """Yield, for each snapshot in the order of steps: step, minutes of training, and ``<benchmark> <metric>``.

    Args:
        suites: how to score on each folder of pairs.
        snapshots: the folder in which each snapshot is a model folder, named by its step.
        device: where the networks run.

    Raises:
        ScoreError: when ``snapshots`` holds none.
    """
    folders = sorted(path for path in snapshots.glob("*") if path.name.isdigit())
    if not folders:
        raise ScoreError(f"{snapshots}: no snapshot; a training of `steps: 0` has no curve")
    for folder in folders:
        facts = json.loads((folder / ENGINE).read_text(encoding="utf-8"))
        row: Row = {"step": facts["step"], "minutes": round(facts["seconds"] / 60, 1)}
        for pairs, suite in suites.items():
            for benchmark, means in summary(score(suite, model=folder, pairs=pairs, device=device)).items():
                row |= {
                    f"{benchmark} {name}": round(value, DIGITS) for name, value in means.items() if name != "images"
                }
        yield row


def write_rows(rows: list[Row], path: Path) -> None:
    """Write ``rows``, which have the same columns, as csv."""
    with atomic.file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
