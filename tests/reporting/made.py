"""A small world for the report: pairs, models, scores, curves and costs in a folder, and the page of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.evaluation.scoring import score, write
from pipeline.evaluation.settings import Suite
from pipeline.kinds import Described, Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.reporting.gathering import Places
from pipeline.reporting.page import page
from pipeline.saved import save, weights_of
from pipeline.shards.writing import pack

CPU = torch.device("cpu")
RGB = [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]
LUMA = [{"resize": {"to": "target", "kernel": "bicubic"}}]
COST = {"device": "cpu", "processor": "Abacus", "threads": 1, "precision": "fp32"}
LOSSES = ("step,rate,l1,loss", "10,1,0.5,0.5", "20,1,0.25,0.25", "30,1,0.125,0.125")


def image(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return smooth noise, (H, W, C), as compressible as a photograph."""
    noise = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (5, 5), 1.2), np.uint8).reshape(shape)


def samples(*names: str, size: tuple[int, int] = (40, 48), channels: int = 3) -> list[Sample]:
    """Return an image for each name."""
    return [Sample(name, {"hr": image(*size, channels, seed=seed)}) for seed, name in enumerate(names)]


def bicubic(network: str = "bicubic") -> dict[str, Any]:
    """Return what an interpolation is trained with."""
    return {"network": {"name": network, "scale": 2}, "recipe": {"name": "fixed"}, "steps": 0}


def learnt(network: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a network is trained with."""
    return {"network": {"scale": 2, **network}, "recipe": {"name": "fixed", "losses": {"l1": 1.0}}, "steps": 30}


EDSR = {"name": "edsr", "blocks": 1, "features": 4}
ESPCN = {"name": "espcn", "widths": [3, 2]}
MODELS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "bicubic-x2": ("rgb-x2", bicubic()),
    "edsr-x2": ("rgb-x2", learnt(EDSR)),
    "bicubic-luma-x2": ("luma-x2", bicubic("bicubic_luma")),
    "espcn-x2": ("luma-x2", learnt(ESPCN)),
}
"""The models of the small world: an RGB suite and a luma suite, an interpolation and a network in each."""


@dataclass(frozen=True)
class World:
    """A folder with all that the report reads, and the params that name it."""

    folder: Path
    params: dict[str, Any]

    @property
    def places(self) -> Places:
        """The folders that the report reads."""
        names = ("models", "pairs", "scores", "curves", "costs", "resume")
        return Places(**{name: self.folder / name for name in names})

    def page(self) -> str:
        """Return the page."""
        return page(self.params, self.places, CPU)

    def without(self, *models: str) -> World:
        """Return the same folder under params that do not name ``models``."""
        params = deepcopy(self.params)
        for name in models:
            del params["models"][name]
        return World(self.folder, params)


def make(
    folder: Path,
    models: Mapping[str, tuple[str, dict[str, Any]]] = MODELS,
    images: list[Sample] | None = None,
    metrics: tuple[str, ...] = ("psnr_y8", "ssim_y8"),
) -> World:
    """Make pairs of ``images`` for the suites that ``models`` name (``rgb-x2``, ``luma-x2``), and all about the models.

    Args:
        folder: where.
        models: suite and training of each; the weights are random.
        images: by default two in colour.
        metrics: of every suite.
    """
    suites = {suite for suite, _ in models.values()}
    pack(images or samples("a", "b"), None, folder / "shards")
    pairs = {name: _pairs(folder, name) for name in ("rgb-x2", "luma-x2") if name in suites}
    params: dict[str, Any] = {
        "seed": 1,
        "sources": {"own": {"name": "photos", "split": "test"}},
        "pairs": pairs,
        "suites": {name: {"metrics": {each: {} for each in metrics}, "self_ensemble": "none"} for name in pairs},
        "models": {},
        "gates": {name: {"metric": metrics[0]} for name in pairs},
    }
    for seed, (name, (suite, training)) in enumerate(models.items()):
        params["models"][name] = {"pairs": suite, "suite": suite, "start": "scratch", "training": training}
        _model(folder, name, suite, training, metrics, seed)
    return World(folder, params)


def _pairs(folder: Path, name: str) -> dict[str, Any]:
    rounding, chain = ("uint8", RGB) if name.startswith("rgb") else ("none", LUMA)
    block = {"source": "own", "scale": 2, "learner": "scratch", "rounding": rounding, "degradation": chain}
    out = folder / "pairs" / name
    make_pairs(settings(Pairs, block), name, shards=folder / "shards", learner=folder, out=out, seed=1)
    return block


def _model(folder: Path, name: str, suite: str, training: dict[str, Any], metrics: tuple[str, ...], seed: int) -> None:
    torch.manual_seed(seed)
    network = build("networks", training["network"])
    model = folder / "models" / name
    save(model, {"network": training["network"], "recipe": {"name": "fixed"}}, weights_of({"network": network}), {})
    judged = Suite({each: Described({"name": each}) for each in metrics}, "none")
    scores = score(judged, model=model, pairs=folder / "pairs" / suite, device=CPU)
    for place in ("scores", "curves", "costs"):
        (folder / place).mkdir(exist_ok=True)
    write(scores, folder / "scores" / f"{name}.json", folder / "scores" / f"{name}.csv")
    curve(folder, name, *(LOSSES if training["steps"] else ("step",)))
    size = sum(each.numel() for each in network.parameters())
    cost(folder, name, parameters=size, multiply_adds=1000 * size, seconds_per_megapixel=0.25 + seed)


def curve(folder: Path, name: str, *lines: str) -> None:
    """Write the curve of a model."""
    (folder / "curves" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def cost(folder: Path, name: str, **facts: Any) -> None:
    """Write the costs of a model."""
    (folder / "costs" / f"{name}.json").write_text(json.dumps({**facts, **COST}), encoding="utf-8")


def shown(text: str) -> list[dict[str, Any]]:
    """Return what the viewer of a page shows."""
    (found,) = re.findall(r'<script type="application/json" id="pictures">(.*?)</script>', text, re.DOTALL)
    scenes: list[dict[str, Any]] = json.loads(found)
    return scenes
