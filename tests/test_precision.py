"""bf16 and fp32 from one seed: equal within 0.03 dB on Set5, except where a network says that bf16 harms it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from pipeline.evaluation.scoring import score, summary
from pipeline.evaluation.settings import Suite
from pipeline.kinds import Described, Link, Store
from pipeline.learning.settings import Engine
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.shards.writing import pack
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.prove,
    pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with T91.zip, Set5.zip"),
]

CPU = torch.device("cpu")
LUMA = {"mse": {"weight": 1.0, "fields": {"sr": "sr_y", "hr": "hr_y"}}}
ADAM = {"name": "adam", "rate": 1.0e-3}
SCHEDULE = {"name": "cosine", "floor": 0.01, "warmup": 0.05}
PAIRED = {"name": "paired", "losses": LUMA, "optimizer": ADAM, "schedule": SCHEDULE}
ON_LUMA = {"recipe": PAIRED, "steps": 8000, "batch": 16, "patch": 15, "average": 0.999}
ON_RGB = {"recipe": {**PAIRED, "losses": {"l1": 1.0}}, "steps": 500, "batch": 8, "patch": 24, "average": 0.99}
CASES: list[tuple[dict[str, Any], dict[str, Any], Literal["none", "uint8"]]] = [
    ({"name": "fsrcnn", "scale": 3}, ON_LUMA, "none"),
    ({"name": "srcnn", "scale": 3, "deviation": None}, ON_LUMA, "none"),
    ({"name": "espcn", "scale": 3}, ON_LUMA, "none"),
    ({"name": "vdsr", "scale": 2}, {**ON_LUMA, "steps": 600, "batch": 8, "patch": 12}, "none"),
    ({"name": "edsr", "scale": 2}, ON_RGB, "uint8"),
]
EQUAL = 0.03
"""dB within which two scores are called equal."""


@pytest.mark.parametrize(("network", "block", "rounding"), CASES, ids=[case[0]["name"] for case in CASES])
def test_bf16_trains_to_the_score_of_fp32(
    tmp_path: Path, network: dict[str, Any], block: dict[str, Any], rounding: Literal["none", "uint8"]
) -> None:
    torch.set_num_threads(os.cpu_count() or 1)
    pairs = {name: made(tmp_path, name, network["scale"], rounding) for name in ("t91", "set5")}

    scores = {
        precision: trained(tmp_path / precision, {"network": network, **block}, pairs, Engine(precision, "off"))
        for precision in ("fp32", "bf16")
    }

    print(f"{network['name']}: " + ", ".join(f"{precision} {value:.3f} dB" for precision, value in scores.items()))  # noqa: T201
    harmed = getattr(build("networks", network), "bf16_harms", False)
    assert harmed is (scores["bf16"] < scores["fp32"] - EQUAL)
    assert scores["bf16"] <= scores["fp32"] + EQUAL


def made(folder: Path, name: str, scale: int, rounding: Literal["none", "uint8"]) -> Path:
    """Make the pairs of a source of the mirror."""
    store, shards, out = Store(folder, os.environ["SR_MIRROR"]), folder / f"{name}-shards", folder / name
    source = build("sources", {"name": name})
    pack(source.samples(store), source.content(), shards)
    chain: list[Described[Link]] = [Described({"name": "resize", "to": "target", "kernel": "bicubic"})]
    make_pairs(
        Pairs(name, scale, "scratch", rounding, chain),
        f"{name}-x{scale}",
        shards=shards,
        learner=folder,
        out=out,
        seed=1,
    )
    return out


def trained(folder: Path, block: dict[str, Any], pairs: dict[str, Path], engine: Engine) -> float:
    """Train, and return the PSNR on Set5."""
    places = Places(pairs["t91"], folder / "scratch", folder / "resume", folder / "model")
    train(settings(Training, block), engine, places, name="some", seed=1, device=CPU, report=lambda _: None)
    suite = Suite({"psnr_y8": Described({"name": "psnr_y8"})}, "none")
    (means,) = summary(score(suite, model=places.out, pairs=pairs["set5"], device=CPU)).values()
    return means["psnr_y8"]
