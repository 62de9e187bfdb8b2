"""Losses on features: what they compare, and that nothing of VGG-19 sticks to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn

from pipeline.errors import LearningError
from pipeline.features.vgg19 import VGG19
from pipeline.images.resize import resize
from pipeline.kinds import Store, Weighted
from pipeline.learning.objective import Objective
from pipeline.lookup import build
from pipeline.losses.content import Content
from pipeline.losses.style import Style
from tests.features.vgg import made_up

__all__ = ["made_up"]

STORE = Store(Path("store"))


def images(*size: int) -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(2)
    return torch.rand(size, generator=chance), torch.rand(size, generator=chance)


@pytest.mark.parametrize(("norm", "power"), [("l1", 1), ("l2", 2)])
def test_content_is_the_mean_difference_of_scaled_features(
    made_up: Mapping[str, Tensor], norm: Literal["l1", "l2"], power: int
) -> None:
    sr, hr = images(2, 3, 12, 13)
    features = VGG19(["relu2_2"], made_up)
    difference = (features(sr)["relu2_2"] - features(hr)["relu2_2"]) / 12.75

    torch.testing.assert_close(
        difference.abs().pow(power).mean(), Content(STORE, "relu2_2", norm, scaling=1 / 12.75)(sr, hr)
    )


def test_content_reduces_a_truth_that_is_larger(made_up: Mapping[str, Tensor]) -> None:
    lr, hr = torch.rand(1, 3, 8, 9), images(1, 3, 16, 18)[0]
    small = torch.from_numpy(resize(hr[0].movedim(0, -1).numpy(), (8, 9))).movedim(-1, 0)[None]
    loss = Content(STORE, "relu1_2")

    torch.testing.assert_close(loss(lr, small), loss(lr, hr), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("spec", [{"name": "content", "layer": "relu3_1"}, {"name": "style", "layer": "relu1_1"}])
def test_a_loss_on_features_has_nothing_to_save_to_move_or_to_learn(
    made_up: Mapping[str, Tensor], spec: Mapping[str, Any]
) -> None:
    objective = Objective({"some": Weighted(build("losses", spec, store=STORE), 1.0)})
    before = torch.get_rng_state()
    objective.of(dict(zip(("sr", "hr"), images(1, 3, 16, 16), strict=True)))

    assert {} == objective.state_dict()
    assert [] == [*objective.parameters(), *objective.buffers()]
    assert ["", "moved", "moved.0"] == [name for name, _ in objective.named_modules()]
    assert torch.equal(before, torch.get_rng_state())


def test_a_loss_on_features_teaches_in_half_precision(made_up: Mapping[str, Tensor]) -> None:
    sr, hr = images(1, 3, 16, 16)
    exact = Content(STORE, "relu3_1")(sr, hr)
    with torch.autocast("cpu", torch.bfloat16):
        near = Content(STORE, "relu3_1")(sr.requires_grad_(), hr)
    near.backward()

    torch.testing.assert_close(exact, near.float(), rtol=0.05, atol=0)
    assert sr.grad is not None
    assert bool(torch.isfinite(sr.grad).all())


def test_a_recipe_that_only_restores_is_built_without_weights_and_cannot_compare() -> None:
    loss: nn.Module = build("losses", {"name": "content", "layer": "conv5_4"}, store=None)

    with pytest.raises(LearningError, match="`conv5_4` of VGG-19 is asked for outside of a training"):
        loss(*images(1, 3, 16, 16))


def test_style_does_not_see_where_in_a_patch_something_is(made_up: Mapping[str, Tensor]) -> None:
    """Turned as a whole, a patch far from every edge keeps its Gram matrix, if the kernels do not know directions."""
    even = {
        key: each.mean((2, 3), keepdim=True).expand_as(each) if each.ndim > 1 else each for key, each in made_up.items()
    }
    loss = Style(STORE, "relu1_1", patch=16)
    loss.features.network = VGG19(["relu1_1"], even)
    image = torch.full((1, 3, 16, 16), 0.5)
    image[..., 5:8, 4:9] = images(1, 3, 3, 5)[0]

    assert float(loss(image, image.flip(-1))) < 1e-12
    assert float(loss(image, image.roll(3, -2))) < 1e-9
    assert float(loss(image, image.flip(-1) * 1.5)) > 1e-6


def test_style_of_one_patch_is_the_difference_of_its_gram_matrices(made_up: Mapping[str, Tensor]) -> None:
    sr, hr = images(1, 3, 16, 16)
    features = VGG19(["relu2_1"], made_up)
    flat = [features(each)["relu2_1"][0].flatten(1) for each in (sr, hr)]
    made, true = (each @ each.T / 64 for each in flat)

    torch.testing.assert_close((made - true).square().mean(), Style(STORE, "relu2_1")(sr, hr))


def test_style_compares_patches_in_their_places(made_up: Mapping[str, Tensor]) -> None:
    sr = images(1, 3, 32, 48)[0]
    loss = Style(STORE, "relu3_1")

    assert 0 == float(loss(sr, sr))
    assert float(loss(sr, sr.roll(16, -1))) > 0


def test_style_refuses_patches_that_do_not_fit(made_up: Mapping[str, Tensor]) -> None:
    with pytest.raises(LearningError, match="a patch of 10 pixels is no multiple of the 4 of `relu3_1`"):
        Style(STORE, "relu3_1", patch=10)
    with pytest.raises(LearningError, match="smaller than a patch of the loss"):
        Style(STORE, "relu1_1")(*images(1, 3, 12, 40))
