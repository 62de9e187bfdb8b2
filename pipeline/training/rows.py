"""The rows of a learning curve: means of what the steps told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch

from pipeline.learning.recipe import Scalars

Row: TypeAlias = dict[str, float]


def means(told: Sequence[Scalars]) -> Row:
    """Return the mean of each scalar over those that tell it: a loss of a pyramid's level is not told at each scale."""
    names = dict.fromkeys(name for each in told for name in each)
    return {name: float(torch.stack([each[name] for each in told if name in each]).mean()) for name in names}


def shown(rows: Sequence[Row]) -> str:
    """Return the last loss in words."""
    return f"loss {rows[-1]['loss']:.5g}" if rows and "loss" in rows[-1] else "no row yet"
