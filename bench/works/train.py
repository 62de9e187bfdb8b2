"""Steps of training: batches are there already, so that the steps alone are timed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.learning import BATCH, CASES, Case, batches_of, network_of, recipe_of, taken
from bench.peers.training import Training
from bench.work import Way, Work, operations_of
from pipeline.pairs.batches import in_unit

NEAR = 0.02
"""How far the losses of bf16 may lie from those of fp32, as a share."""


def works(folder: Path) -> Iterator[Work]:
    """Yield the steps of networks of different kinds; the faster a step, the more of them are one run."""
    for case in CASES:
        yield _work(case, folder)


def _work(case: Case, folder: Path) -> Work:
    batches = batches_of(case, folder)
    given = [batches[number] for number in range(case.steps)]
    recipe, peer = recipe_of(case), _peer(case)
    floats = [
        {name: torch.from_numpy(np.ascontiguousarray(in_unit(values))) for name, values in each.items()}
        for each in given
    ]
    return Work(
        f"train {case.title}, batch {BATCH}, LR patch {case.patch}",
        "steps/s",
        case.steps,
        lambda: [float(recipe.step(taken(recipe, batch))["loss"]) for batch in given],
        [Way("fp32, eager, NCHW", lambda: [peer.step(batch) for batch in floats])],
        _near,
        operations=case.steps * operations_of(lambda: _peer(case).step(floats[0])),
    )


def _peer(case: Case) -> Training:
    return Training(network_of(case), lambda network, batch: _output(network(batch[case.given])), case.truth)


def _output(made: Any) -> Any:
    return made["sr_y"] if isinstance(made, dict) else made


def _near(ours: Sequence[float], theirs: Sequence[float]) -> None:
    """Hold the losses of the same steps from the same weights against each other."""
    far = max(abs(a - b) / b for a, b in zip(ours, theirs, strict=True))
    assert far < NEAR, f"losses differ by {100 * far:.1f} %"
