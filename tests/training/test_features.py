"""A training with a loss on features: exact resume, and nothing of VGG-19 in what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from pipeline.features import vgg19 as module
from pipeline.features.vgg19 import VGG19
from pipeline.kinds import Store
from pipeline.lookup import settings
from pipeline.saved import load_recipe
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.curve import Curve
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from tests.features.vgg import made_up
from tests.training.test_loop import BLOCK, PAIRED, PLAIN, InterruptionError, bytes_of, pairs

__all__ = ["made_up", "pairs"]

LOSSES = {"l1": 0.01, "content": {"weight": 1.0, "layer": "relu2_1"}}
EDSR = {"name": "edsr", "scale": 2, "blocks": 1, "features": 4}


def learn(folder: Path, pairs: Path, kill_at: int | None = None) -> None:
    """Train with a loss on features, or be killed at a row."""
    curve = Curve(folder / "curve.csv")

    def report(rows: Sequence[Mapping[str, float]]) -> None:
        curve(rows)
        if rows[-1]["step"] == kill_at:
            raise InterruptionError

    places = Places(pairs, folder / "none", folder / "resume", folder / "model", store=Store(folder / "store"))
    wanted = settings(Training, {**BLOCK, "network": EDSR, "recipe": {**PAIRED, "losses": LOSSES}})
    train(wanted, PLAIN, places, name="tiny-x2", seed=1, device=torch.device("cpu"), report=report)


def test_a_training_with_features_continues_as_if_it_had_never_stopped_and_keeps_none_of_them(
    pairs: Path, tmp_path: Path, made_up: Mapping[str, Tensor]
) -> None:
    learn(tmp_path / "whole", pairs)
    with pytest.raises(InterruptionError):
        learn(tmp_path / "killed", pairs, kill_at=9)
    state = Checkpoints(tmp_path / "killed" / "resume").newest()
    learn(tmp_path / "killed", pairs)

    assert state is not None
    assert not [key for key in state["recipe"]["modules"] if not key.startswith("network.")]
    assert not [key for key in load_file(tmp_path / "whole" / "model" / "weights.safetensors") if "features" in key]
    assert bytes_of(tmp_path / "whole") == bytes_of(tmp_path / "killed")


def test_the_weights_are_had_from_the_places_of_the_training_and_not_where_a_model_restores(
    pairs: Path, tmp_path: Path, made_up: Mapping[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = []

    def noted(layers: tuple[str, ...], store: Store | None) -> VGG19:
        stores.append(store)
        return VGG19(layers, made_up)

    monkeypatch.setattr(module, "vgg19", noted)
    learn(tmp_path, pairs)
    recipe = load_recipe(tmp_path / "model")
    restored = recipe.restore({"lr": torch.rand(1, 3, 6, 6)})

    assert [Store(tmp_path / "store")] == stores
    assert {"sr"} == restored.keys()
