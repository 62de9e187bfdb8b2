"""Steps of training: batches are there already, so that the steps alone are timed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench.peers.training import Training
from bench.pictures import pairs_of
from bench.work import Way, Work
from pipeline.kinds import Fields
from pipeline.learning.arithmetic import choose
from pipeline.learning.recipe import Recipe
from pipeline.learning.settings import Engine
from pipeline.lookup import build
from pipeline.pairs.batches import Batches, in_unit

BATCH = 16
NEAR = 0.02
"""How far the losses of bf16 may lie from those of fp32, as a share."""


def works(folder: Path) -> Iterator[Work]:
    """Yield the steps of networks of different kinds; the faster a step, the more of them are one run."""
    yield _work("EDSR-baseline x4", {"name": "edsr", "scale": 4}, "sr", 48, 4, folder)
    yield _work("FSRCNN x3", {"name": "fsrcnn", "scale": 3}, "sr_y", 32, 60, folder)


def _work(title: str, spec: Mapping[str, Any], gives: str, patch: int, steps: int, folder: Path) -> Work:
    truth = gives.replace("sr", "hr")
    reads = (gives.replace("sr", "lr"), truth)
    pairs = pairs_of(folder, spec["scale"])
    batches = Batches(pairs, reads, size=BATCH, patch=patch, augment="dihedral", stream=(1, title))
    given = [batches[number] for number in range(steps)]
    ours, theirs = (_network(spec) for _ in range(2))
    recipe = _recipe(ours, spec, gives)
    peer = Training(theirs, lambda network, batch: _output(network(batch[reads[0]])), truth)
    floats = [
        {name: torch.from_numpy(np.ascontiguousarray(in_unit(values))) for name, values in each.items()}
        for each in given
    ]
    return Work(
        f"train {title}, batch {BATCH}, LR patch {patch}",
        "steps/s",
        steps,
        lambda: [float(recipe.step(_taken(recipe, batch))["loss"]) for batch in given],
        [Way("fp32, eager, NCHW", lambda: [peer.step(batch) for batch in floats])],
        _near,
    )


def _network(spec: Mapping[str, Any]) -> nn.Module:
    torch.manual_seed(0)
    network: nn.Module = build("networks", dict(spec))
    return network


def _recipe(network: nn.Module, spec: Mapping[str, Any], gives: str) -> Recipe:
    loss = {"weight": 1.0, "fields": {"sr": gives, "hr": gives.replace("sr", "hr")}}
    block = {
        "name": "paired",
        "losses": {"l1": loss},
        "optimizer": {"name": "adam", "rate": 1e-4, "betas": [0.9, 0.99]},
        "schedule": {"name": "constant"},
    }
    recipe: Recipe = build("recipes", block, network=network)
    recipe.arithmetic = choose(Engine("auto", "auto"), torch.device("cpu"), str(spec["name"]))
    recipe.arithmetic.prepare([network])
    return recipe


def _taken(recipe: Recipe, batch: Mapping[str, NDArray[Any]]) -> Fields:
    return {name: recipe.arithmetic.take(torch.from_numpy(values)) for name, values in batch.items()}


def _output(made: Any) -> Any:
    return made["sr_y"] if isinstance(made, dict) else made


def _near(ours: Sequence[float], theirs: Sequence[float]) -> None:
    """Hold the losses of the same steps from the same weights against each other."""
    far = max(abs(a - b) / b for a, b in zip(ours, theirs, strict=True))
    assert far < NEAR, f"losses differ by {100 * far:.1f} %"
