"""bf16 on an image of Set5: a network learns a crop of it, and what bf16 then moves costs hardly any PSNR."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipeline.images.resize import resize
from pipeline.kinds import Fields, Source, Store
from pipeline.learning.arithmetic import Arithmetic, choose
from pipeline.learning.recipe import Recipe
from pipeline.learning.settings import Engine
from pipeline.lookup import build
from tests.nets import CRITICS, DEGRADERS, PLACES, RESTORERS, full, places
from tests.recipes.test_laws import LEARNABLE, RATES, SCALE, learn, made, network_of, paired

CPU = torch.device("cpu")
HARMED = [name for name in (*RESTORERS, *DEGRADERS, *CRITICS) if getattr(full(name), "bf16_harms", False)]
SPARED = [name for name in LEARNABLE if name not in HARMED]
LOSS = 0.02
"""dB that bf16 may cost."""
STEPS = 60
SIDE, CORNER = 48, 60
"""The crop, in HR pixels: its side, and its first row and column; stripes and eye-spots of a wing."""


@pytest.fixture(scope="module")
def butterfly(tmp_path_factory: pytest.TempPathFactory) -> Fields:
    """A crop of Set5's butterfly as a batch of one, at x2, with every field that a network may read."""
    source: Source = build("sources", {"name": "set5"})
    store = Store(tmp_path_factory.mktemp("store"), os.environ["SR_MIRROR"])
    (sample,) = (each for each in source.samples(store) if each.key == "butterfly")
    place = slice(CORNER, CORNER + SIDE)
    hr = np.ascontiguousarray(sample.planes["hr"][place, place])
    planes = {"hr": hr, "lr": resize(hr, (SIDE // SCALE, SIDE // SCALE))}
    fields = ("lr", "hr", "lr_y", "hr_y", "ilr", "ilr_y")
    images = {field: torch.from_numpy(made(field, planes)[None]) for field in fields}
    low = SIDE // SCALE, SIDE // SCALE
    return images | {name: value for field in PLACES for name, value in places(field, low, SCALE).items()}


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with Set5.zip")
@pytest.mark.parametrize("name", SPARED)
def test_bf16_costs_a_learnt_image_less_than_a_fiftieth_of_a_decibel(name: str, butterfly: Fields) -> None:
    torch.manual_seed(1)
    recipe = paired(network_of(name), RATES.get(name, 0.01))
    learn(recipe, butterfly, range(STEPS), STEPS)
    recipe.eval()
    exact, near = (restored(recipe, butterfly, precision) for precision in ("fp32", "bf16"))
    moved = (near - exact).square().mean()
    wrong = (exact - butterfly["hr" if exact.shape[1] == 3 else "hr_y"]).square().mean()

    assert 0 < float(moved)
    assert float(10 * torch.log10(1 + moved / wrong)) < LOSS


def restored(recipe: Recipe, batch: Fields, precision: str) -> Tensor:
    recipe.arithmetic = Arithmetic(CPU, precision, compiled=False)
    with recipe.arithmetic.forward():
        output = recipe.restore({field: recipe.arithmetic.take(pixels) for field, pixels in batch.items()})
    return output["sr" if "sr" in output else "sr_y"].float()


@pytest.mark.parametrize("name", HARMED)
def test_a_network_that_bf16_harms_is_given_fp32(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    network: nn.Module = full(name)

    assert "fp32" == choose(Engine("auto", "off"), CPU, name, [network]).precision
    assert "bf16" == choose(Engine("auto", "off"), CPU, name, [nn.Identity()]).precision
