"""KernelGAN through the recipe that learns degradations."""

from __future__ import annotations

from typing import Any

import torch

from pipeline.learning.recipe import Recipe
from pipeline.lookup import build
from tests.recipes.test_laws import assert_continues, learn

ADAM = {"name": "adam", "rate": 2e-3, "betas": [0.5, 0.999]}
RIVAL = {
    "network": {"name": "kernel_critic", "features": 8, "layers": 2},
    "game": {"name": "least_squares", "norm": "l1"},
    "weight": 1.0,
    "optimizer": ADAM,
    "real": "lr",
    "fake": "lr_made",
    "noise": 1 / 255,
}
SPEC: dict[str, Any] = {
    "name": "unpaired",
    "degrader": {"name": "kernel_gan", "scale": 2, "features": 8},
    "losses": {"kernel_gan": {"weight": 1.0, "near": 9.0, "every": 2}},
    "rivals": {"patches": RIVAL},
    "optimizer": ADAM,
    "schedule": {"name": "steps", "at": [0.25, 0.5, 0.75], "factor": 0.1},
}


def recipe(**changes: Any) -> Recipe:
    made: Recipe = build("recipes", {**SPEC, **changes}, network=build("networks", {"name": "bicubic", "scale": 2}))
    return made.train()


def batch() -> dict[str, torch.Tensor]:
    chance = torch.Generator().manual_seed(0)
    return {"hr": torch.rand(1, 3, 64, 64, generator=chance), "lr": torch.rand(1, 3, 26, 26, generator=chance)}


def test_kernel_gan_continues_as_if_it_had_never_stopped() -> None:
    assert {"hr", "lr"} == recipe().reads
    assert_continues(recipe, batch())


def test_the_kernel_becomes_one_that_reduces_before_its_terms_change() -> None:
    torch.manual_seed(0)
    kernel_gan = recipe(losses={"kernel_gan": {"weight": 1.0, "every": 1000}})
    learn(kernel_gan, batch(), range(60), 240)
    kernel = kernel_gan.get_submodule("degrader").imitated().detach()  # type: ignore[operator]  # a method

    assert abs(float(kernel.sum()) - 1) < 0.1
    assert float(kernel[3:11, 3:11].sum()) > 0.7
