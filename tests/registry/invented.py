"""Invented records, for tests of what is decided and told about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.registry.records import Record

SUITE = {"metrics": {"psnr_y8": {}}, "self_ensemble": "none"}
GATE: Mapping[str, Any] = {"metric": "psnr_y8"}
COSTS = {"parameters": 1000, "multiply_adds": 5_000_000, "seconds_per_megapixel": 0.5, "device": "cpu"}


def hash_of(word: str) -> str:
    """Return something like a hash, which begins with the word's own hex digits."""
    return (word.encode().hex() + "0" * 64)[:64]


def record(
    model: str = "a",
    values: tuple[float, ...] = (30.0, 31.0, 32.0, 33.0),
    *,
    word: str = "",
    suite: str = "photos",
    costs: Mapping[str, Any] = COSTS,
    data: str = "d" * 64,
    **training: Any,
) -> Record:
    """Return the record of a model with these scores; its hash is made of ``word``, or of its name."""
    rows = [f"{suite}-x2,image{number},{value}" for number, value in enumerate(values)]
    learnt = {"network": {"name": "bicubic", "scale": 2}, "recipe": {"name": "fixed"}, "steps": 0, **training}
    return Record(
        task=f"sr-{suite}",
        model=model,
        hash=hash_of(word or model),
        params={
            "seed": 1,
            "engine": {"precision": "fp32"},
            "model": {"pairs": "learnt", "suite": suite, "start": "scratch", "training": learnt},
            "pairs": {"source": "train", "scale": 2},
            "source": {"name": "photos"},
        },
        judged={"suite": SUITE, "pairs": {"scale": 2}, "drawn": "e" * 64, "data": data},
        scores=("benchmark,image,psnr_y8", *rows),
        curve=("step,loss", "10,0.5", "20,0.25"),
        costs=costs,
        engine={"device": "cpu"},
        data="c" * 64,
        scale=2,
        takes="image",
        revision="f" * 40,
        dvc={f"models/{model}": "0" * 32 + ".dir"},
    )


def params(suite: str = "photos", **gate: Any) -> dict[str, Any]:
    """Return the sections of params.yaml that the gate reads."""
    return {"suites": {suite: SUITE}, "gates": {suite: {**GATE, **gate}}}
