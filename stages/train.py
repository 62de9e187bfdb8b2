"""Trains a model, or continues where a killed training of the same kind stopped."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pipeline.learning.devices import device_of
from pipeline.learning.ranks import joined
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.training.checkpoint import key_of
from pipeline.training.curve import Curve
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from stages.entries import device_wish, entry, keep_compiled, store
from stages.lock import held
from stages.ranks import rank, spread


def main(
    params: Mapping[str, Any],
    name: str,
    code: Path,
    pairs: Path,
    start: Path,
    resume: Path,
    out: Path,
    curves: Path,
    own: Path,
    snapshots: Path | None = None,
) -> None:
    """Train the model ``name``; its checkpoints lie in ``resume`` under its key."""
    block = entry(params, "models", name)["training"]
    wanted, engine = settings(Training, block), settings(Engine, params["engine"])
    keep_compiled()
    if wanted.steps:
        spread(wanted.batch)
    kept = resume / key(params, name, code, pairs, start)
    device = device_of(device_wish())
    with joined(*rank(), device) as ranks, held(kept.with_suffix(".lock")) if ranks.leads else nullcontext():
        train(
            wanted,
            engine,
            Places(pairs, start, kept, out, snapshots, store(), own),
            name=name,
            seed=params["seed"],
            device=device,
            report=Curve(curves) if ranks.leads else _unheard,
            ranks=ranks,
        )


def _unheard(_rows: Sequence[Mapping[str, float]]) -> None:
    """Say nothing: the first rank writes the curve."""


def key(params: Mapping[str, Any], name: str, code: Path, pairs: Path, start: Path) -> str:
    """Return the key of a training: a digest of all that its result depends on."""
    facts = [name, entry(params, "models", name)["training"], params["engine"], params["seed"]]
    return key_of(facts, [code, *sorted(pairs.glob("*.json*")), *sorted(start.glob("*.s*"))])
