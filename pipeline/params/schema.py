"""The sections of params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.evaluation.settings import Suite
from pipeline.learning.settings import Engine
from pipeline.pairs.settings import Pairs
from pipeline.registry.settings import Gate
from pipeline.training.settings import Training

if TYPE_CHECKING:
    from pipeline.kinds import Described, Source


@dataclass(frozen=True)
class Model:
    """A network, a recipe and the pairs they learn from, under one name.

    Args:
        pairs: the entry of ``pairs`` it learns from.
        suite: the entry of ``suites`` it is judged on.
        start: the model whose weights it starts from, or ``scratch``.
        training: all that learning reads.
    """

    pairs: str
    suite: str
    start: str
    training: Training


@dataclass(frozen=True)
class Experiment:
    """A whole params.yaml: every section, ``{}`` where empty."""

    seed: int
    engine: Engine
    sources: dict[str, Described[Source]]
    pairs: dict[str, Pairs]
    suites: dict[str, Suite]
    models: dict[str, Model]
    gates: dict[str, Gate]
