"""A small world to report on: two images, an interpolation and a tiny network, all as the stages would leave it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.evaluation.cost import measure
from pipeline.evaluation.scoring import score, write
from pipeline.evaluation.settings import Suite
from pipeline.images.resize import resize
from pipeline.kinds import Described, Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.reporting.gathering import Places
from pipeline.saved import save, weights_of
from pipeline.shards.writing import pack

CPU = torch.device("cpu")
HOSTILE = "a<b>&\"'$x</script>"
"""The key of an image; keys come from file names."""
PAIRS = {
    "source": "set",
    "scale": 2,
    "learner": "scratch",
    "rounding": "uint8",
    "degradation": [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}],
}
METRICS: dict[str, Any] = {"psnr_y8": {}, "ssim_y8": {}}


def image(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    rough = np.random.default_rng(seed).integers(0, 256, (height // 4, width // 4, 3), np.uint8)
    return resize(rough, (height, width))


def entry(network: dict[str, Any], *, learnt: bool) -> dict[str, Any]:
    recipe = {"name": "paired", "losses": {"l1": 1.0}} if learnt else {"name": "fixed"}
    training = {"network": network, "recipe": recipe, "steps": 20 if learnt else 0}
    return {"pairs": "set-x2", "suite": "set-x2", "start": "scratch", "training": training}


def made(folder: Path) -> tuple[dict[str, Any], Places]:
    """Make the world in ``folder``; return the content of params.yaml and where everything lies."""
    places = Places(*(folder / name for name in ("models", "pairs", "scores", "curves", "costs")))
    models = {
        "plain-x2": entry({"name": "bicubic", "scale": 2}, learnt=False),
        "tiny-x2": entry({"name": "edsr", "scale": 2, "blocks": 1, "features": 4}, learnt=True),
    }
    samples = [Sample(HOSTILE, {"hr": image(64, 80, 1)}), Sample("grey", {"hr": image(48, 52, 2)[..., :1]})]
    pack(samples, None, folder / "shards")
    out = places.pairs / "set-x2"
    make_pairs(settings(Pairs, PAIRS), "set-x2", shards=folder / "shards", learner=folder, out=out, seed=1)
    for name, model in models.items():
        add(places, name, model["training"]["network"])
    params = {
        "seed": 1,
        "sources": {"set": {"name": "photos", "split": "test"}},
        "pairs": {"set-x2": PAIRS},
        "suites": {"set-x2": {"metrics": METRICS, "self_ensemble": "none"}},
        "models": models,
        "gates": {"set-x2": {"metric": "psnr_y8"}},
    }
    return params, places


def add(places: Places, name: str, network: dict[str, Any]) -> None:
    """Add a model with random weights, scored and measured."""
    torch.manual_seed(0)
    spec = {"network": network, "recipe": {"name": "fixed"}}
    save(places.models / name, spec, weights_of({"network": build("networks", network)}), {})
    suite = Suite({metric: Described({"name": metric}) for metric in METRICS}, "none")
    model, pairs = places.models / name, places.pairs / "set-x2"
    for each in (places.scores, places.curves, places.costs):
        each.mkdir(exist_ok=True)
    found = score(suite, model=model, pairs=pairs, device=CPU)
    write(found, places.scores / f"{name}.json", places.scores / f"{name}.csv")
    (places.costs / f"{name}.json").write_text(json.dumps(asdict(measure(model, pairs, CPU))), encoding="utf-8")
    rows = "".join(f"{step},1,{1 / step},{1 / step}\n" for step in (5, 10, 15, 20)) if network["name"] == "edsr" else ""
    (places.curves / f"{name}.csv").write_text(f"step,rate,l1,loss\n{rows}" if rows else "step\n", encoding="utf-8")
