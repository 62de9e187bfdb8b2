"""Trains a model, or continues where a killed training of the same kind stopped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.learning.devices import device_of
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.training.checkpoint import key_of
from pipeline.training.curve import Curve
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from stages.entries import device_wish, entry
from stages.lock import held


def main(
    params: Mapping[str, Any],
    name: str,
    code: Path,
    pairs: Path,
    start: Path,
    resume: Path,
    out: Path,
    curves: Path,
) -> None:
    """Train the model ``name``; its checkpoints lie in ``resume`` under a key of all that the result depends on."""
    block, seed = entry(params, "models", name)["training"], params["seed"]
    inputs = [code, *sorted(pairs.glob("*.json*")), *sorted(start.glob("*.s*"))]
    key = key_of([name, block, params["engine"], seed], inputs)
    wanted, engine = settings(Training, block), settings(Engine, params["engine"])
    with held(resume / f"{key}.lock"):
        places = Places(pairs, start, resume / key, out)
        train(
            wanted,
            engine,
            places,
            name=name,
            seed=seed,
            device=device_of(device_wish()),
            report=Curve(curves),
        )
