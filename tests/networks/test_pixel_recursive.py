"""Pixel-recursive SR: what its prior sees, how pixels are drawn, and how many bits an image takes."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pipeline.errors import ImageError
from pipeline.networks.pixel_recursive import LEVELS, Masked, PixelRecursive

TINY: dict[str, Any] = {"blocks": 1, "features": 4, "layers": 1, "seen": 6, "hidden": 8}


def network(scale: Any = 2, **options: Any) -> PixelRecursive:
    torch.manual_seed(0)
    return PixelRecursive(scale, **{**TINY, **options}).eval()


def eight_bits(*size: int) -> Tensor:
    return torch.randint(0, LEVELS, size, generator=torch.Generator().manual_seed(1)) / (LEVELS - 1)


@torch.no_grad()
def silence(layers: nn.Module) -> None:
    """Let the last of ``layers`` say nothing."""
    *_, last = (each for each in layers.modules() if isinstance(each, nn.Conv2d))
    for each in last.parameters():
        each.zero_()


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_what_is_drawn_is_an_image_of_eight_bits_times_the_scale(scale: int) -> None:
    made = network(scale)(eight_bits(2, 3, 2, 1))

    assert (2, 3, 2 * scale, scale) == made.shape
    torch.testing.assert_close((made * 255).round() / 255, made)
    assert not made.requires_grad
    assert 0 <= float(made.min()) < float(made.max()) <= 1


def test_an_image_is_drawn_alike_alone_and_beside_another_and_as_its_lr_says() -> None:
    given = eight_bits(2, 3, 3, 4)
    together = network()(given)

    assert torch.equal(together, torch.cat([network()(given[:1]), network()(given[1:])]))
    assert not torch.equal(together[0], together[1])


def test_the_prior_sees_what_was_drawn_before_a_pixel_and_nothing_else() -> None:
    model = network(layers=2).double()
    image = eight_bits(1, 3, 17, 19).double().requires_grad_()
    row, column = 8, 9
    (gradient,) = torch.autograd.grad(model.prior(image)[..., row, column].square().sum(), image)
    rows, columns = gradient[0].abs().sum(0).nonzero().T
    places = rows * 19 + columns

    assert (model.reach, 3 + 2 * 2) == (7, 7)
    assert (row - 7, column - 7, column + 7) == (int(rows.min()), int(columns.min()), int(columns.max()))
    assert row * 19 + column - 1 == int(places.max())


@pytest.mark.parametrize(("itself", "seen"), [(False, 4), (True, 5)])
def test_a_masked_kernel_ends_before_its_middle_or_with_it(itself: bool, seen: int) -> None:  # a case, not a flag
    layer = Masked(1, 1, 3, itself=itself)
    nn.init.ones_(layer.weight)
    nn.init.zeros_(layer.get_parameter("bias"))

    assert seen == int(layer(torch.ones(1, 1, 3, 3))[0, 0, 1, 1])


def test_a_pixel_is_drawn_by_what_the_prior_says_of_the_whole_image() -> None:
    """Though it is shown only the part that it can see."""
    model, given = network(layers=1), eight_bits(1, 3, 8, 8)
    drawn = model(given)
    whole = model.prior(drawn - 0.5)
    for row, column in [(0, 0), (0, 15), (7, 3), (15, 15), (12, 8)]:
        torch.testing.assert_close(whole[..., row, column], model._prior_at(drawn, row, column))


def test_where_the_networks_are_sure_the_image_is_what_they_say_and_takes_no_bits() -> None:
    model = network(4)
    silence(model.prior)
    silence(model.condition)
    wanted = torch.tensor([17, 0, 255])
    with torch.no_grad():
        model.condition[-1].get_parameter("bias").view(3, LEVELS)[[0, 1, 2], wanted] = 60.0
    colour = (wanted / 255).view(1, 3, 1, 1)
    drawn = model(eight_bits(1, 3, 2, 2))

    torch.testing.assert_close(colour.expand(1, 3, 8, 8), drawn)
    assert float(model.bits(eight_bits(1, 3, 2, 2), drawn)["bits"].detach()) < 1e-3


def test_networks_that_know_nothing_need_eight_bits_for_each_colour_and_draw_all_alike() -> None:
    model = network(8)
    silence(model.prior)
    silence(model.condition)
    bits = model.bits(eight_bits(1, 3, 4, 4), eight_bits(1, 3, 32, 32))
    drawn = model(eight_bits(1, 3, 4, 4))

    assert [pytest.approx(24)] * 2 == [float(bits[name].detach()) for name in ("bits", "bits_alone")]
    assert pytest.approx(0.5, abs=0.05) == float(drawn.mean())
    assert pytest.approx(math.sqrt(1 / 12), abs=0.02) == float(drawn.std())


def test_bits_are_those_of_the_sum_of_both_logits_and_of_one_alone() -> None:
    model, lr, hr = network(), eight_bits(2, 3, 3, 4), eight_bits(2, 3, 6, 8)
    alone = model.condition(lr - 0.5)
    lost = {}
    for name, logits in (("bits", alone + model.prior(hr - 0.5)), ("bits_alone", alone)):
        likely = logits.reshape(2, 3, LEVELS, 6, 8).softmax(2).gather(2, (hr * 255).round().long()[:, :, None])
        lost[name] = -likely.log2().sum() / (2 * 6 * 8)

    torch.testing.assert_close(lost, model.bits(lr, hr))


def test_what_is_drawn_is_sharper_where_logits_are_multiplied() -> None:
    given = eight_bits(1, 3, 4, 4)
    wide, sharp = (network(sharpness=factor, largest=8)(given) for factor in (0.01, 1000.0))

    assert not torch.equal(wide, sharp)
    likeliest = network().condition(given - 0.5)[0, :, 0, 0].reshape(3, LEVELS)
    likeliest = likeliest + network()._prior_at(torch.zeros(1, 3, 8, 8), 0, 0).reshape(3, LEVELS)
    torch.testing.assert_close(likeliest.argmax(1) / 255, sharp[0, :, 0, 0])


def test_an_image_that_would_take_too_long_is_refused() -> None:
    with pytest.raises(ImageError, match="images up to 8x8, not 6x10; raise `largest`, and take your time"):
        network(largest=8)(eight_bits(1, 3, 3, 5))


def test_gradients_of_the_bits_reach_every_weight_that_a_mask_leaves() -> None:
    model = network()
    sum(model.bits(eight_bits(2, 3, 6, 6), eight_bits(2, 3, 12, 12)).values()).backward()  # type: ignore[union-attr]  # of tensors

    assert [] == [key for key, each in model.named_parameters() if each.grad is None or not each.grad.any()]


def test_it_has_the_layers_of_the_paper() -> None:
    with torch.device("meta"):
        model = PixelRecursive(4)
    prior = [tuple(each.weight.shape) for each in model.prior.modules() if isinstance(each, nn.Conv2d)]
    kinds = "".join(type(each).__name__[0] for each in model.condition)

    assert [(64, 3, 7, 7), *[(128, 64, 5, 5)] * 20, (1024, 64, 1, 1), (768, 1024, 1, 1)] == prior
    assert "C" + 2 * (6 * "R" + "DR") + 6 * "R" + "C" == kinds
    assert {"draws", "looks_far"} <= {*dir(model)}
