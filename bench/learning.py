"""Networks that learn in our way, and how long they wait for their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from bench.pictures import pairs_of
from pipeline.kinds import Fields
from pipeline.learning.arithmetic import choose
from pipeline.learning.recipe import Recipe
from pipeline.learning.settings import Engine
from pipeline.lookup import build
from pipeline.pairs.batches import Batches
from pipeline.training.watch import Watch

BATCH = 16


@dataclass(frozen=True)
class Case:
    """A network that learns.

    Args:
        title: how it is called.
        spec: the network, as in params.yaml.
        gives: the field it restores, ``sr`` or ``sr_y``.
        patch: height and width of a patch, in LR pixels.
        steps: how many steps take a second or a few.
    """

    title: str
    spec: Mapping[str, Any]
    gives: str
    patch: int
    steps: int

    @property
    def truth(self) -> str:
        """The field that the restored one is compared with."""
        return self.gives.replace("sr", "hr")

    @property
    def given(self) -> str:
        """The field that is restored."""
        return self.gives.replace("sr", "lr")


CASES = (
    Case("EDSR-baseline x4", {"name": "edsr", "scale": 4}, "sr", 48, 4),
    Case("FSRCNN x3", {"name": "fsrcnn", "scale": 3}, "sr_y", 32, 60),
)


def network_of(case: Case) -> nn.Module:
    """Build the network of ``case``, always with the same weights."""
    torch.manual_seed(0)
    network: nn.Module = build("networks", dict(case.spec))
    return network


def recipe_of(case: Case) -> Recipe:
    """Return what learns, in the fastest arithmetic there is."""
    network = network_of(case)
    block = {
        "name": "paired",
        "losses": {"l1": {"weight": 1.0, "fields": {"sr": case.gives, "hr": case.truth}}},
        "optimizer": {"name": "adam", "rate": 1e-4, "betas": [0.9, 0.99]},
        "schedule": {"name": "constant"},
    }
    recipe: Recipe = build("recipes", block, network=network)
    recipe.arithmetic = choose(Engine("auto", "auto"), torch.device("cpu"), case.title)
    recipe.arithmetic.prepare([network])
    return recipe


def batches_of(case: Case, folder: Path) -> Batches:
    """Return batches of real photographs."""
    pairs = pairs_of(folder, case.spec["scale"])
    reads = (case.given, case.truth)
    return Batches(pairs, reads, size=BATCH, patch=case.patch, augment="dihedral", stream=(1, case.title))


def taken(recipe: Recipe, batch: Mapping[str, NDArray[Any]]) -> Fields:
    """Return ``batch`` as a step takes it."""
    return {name: recipe.arithmetic.take(torch.from_numpy(values)) for name, values in batch.items()}


def waited(folder: Path) -> dict[str, float]:
    """Return, for each case, the share of the time that steps waited for their batch, in [0, 1]."""
    return {case.title: _waited(case, folder) for case in CASES}


def _waited(case: Case, folder: Path) -> float:
    recipe, batches, watch = recipe_of(case), batches_of(case, folder), Watch()
    recipe.step(taken(recipe, batches[0]))  # compiles
    watch.start()
    for batch in watch.over(batches.between(1, 5 * case.steps)):
        recipe.step(taken(recipe, batch))
    return watch.share_waited
