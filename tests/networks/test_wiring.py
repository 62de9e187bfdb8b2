"""Degraders, critics and Low-to-High: parameters to the last one, and how they are wired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from pipeline.blocks.reduction import Reduction
from pipeline.lookup import build
from pipeline.networks.dsgan import DSGAN
from pipeline.networks.dsgan_critic import DSGANCritic
from pipeline.networks.high_to_low import HighToLow, prime_factors
from pipeline.networks.low_to_high import LowToHigh
from pipeline.networks.patch_critic import PatchCritic
from pipeline.networks.resnet_critic import ResNetCritic
from tests.nets import small


def at(network: nn.Module, *way: str) -> nn.Module:
    """Return the module inside ``network`` that the names lead to."""
    return network.get_submodule(".".join(way))


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("name", "options", "count"),
    [
        ("dsgan_critic", {}, 1_030_273),
        ("patch_critic", {}, 2_766_529),
        ("patch_critic", {"strides": [1, 1, 1, 1, 1]}, 2_766_529),
        ("resnet_critic", {}, 1_644_161),
        ("resnet_critic", {"halving": 4, "steady": 1}, 1_382_017),
    ],
)
def test_a_critic_has_the_parameters_of_its_layers(name: str, options: Mapping[str, Any], count: int) -> None:
    with torch.device("meta"):
        network: nn.Module = build("networks", {"name": name, **options})

    assert count == sum(each.numel() for each in network.parameters())


@pytest.mark.parametrize("scale", [2, 4])
def test_low_to_high_skips_blocks_and_stages_and_aligns_the_corners(scale: int) -> None:
    network = small("low_to_high", scale).eval()
    assert isinstance(network, LowToHigh)
    features = head = network.head(2 * image(1, 3, 5, 6) - 1)
    for stage, factor in ((network.first, 2), (network.second, scale // 2)):
        inside = features
        for block in stage.blocks:
            inside = at(block, "layers")(inside) + at(block, "skip")(inside)
        features = inside + stage.skip(features)
        if factor > 1:
            features = interpolate(features, scale_factor=2, mode="bilinear", align_corners=True)
        features = stage.enlarge[1:](features)

    assert head.shape[1] == 16
    torch.testing.assert_close((network.tail(features).tanh() + 1) / 2, network(image(1, 3, 5, 6)))


def test_low_to_high_learns_no_skip_where_the_width_stays() -> None:
    with torch.device("meta"):
        network = LowToHigh(4)
    learnt = [name for name, _ in network.named_parameters() if ".skip." in name or name.startswith("second.skip")]

    assert [
        "second.blocks.0.skip.weight",
        "second.blocks.0.skip.bias",
        "second.skip.weight",
        "second.skip.bias",
    ] == learnt


@pytest.mark.parametrize(("number", "factors"), [(1, []), (4, [2, 2]), (7, [7]), (12, [2, 2, 3])])
def test_a_scale_is_reduced_by_its_prime_factors(number: int, factors: list[int]) -> None:
    network = HighToLow(number, blocks=(1, 1), features=4)
    strided = [each for each in network.modules() if isinstance(each, nn.Conv2d) and each.stride != (1, 1)]

    assert factors == prime_factors(number) == [each.stride[0] for each in strided]
    assert [max(factor, 3) for factor in factors] == [each.kernel_size[0] for each in strided]


def test_high_to_low_has_the_layers_of_the_release() -> None:
    with torch.device("meta"):
        network = HighToLow(4)
    kinds = "".join(type(each).__name__[0] for each in network.layers)

    assert "CR" + 12 * "N" + "BRC" + 3 * "N" + "BRC" + "RR" + "C" == kinds


def test_the_chance_of_a_face_is_one_map_that_sixty_four_numbers_become() -> None:
    network, hr = HighToLow(4, blocks=(0, 0), features=4), image(2, 3, 64, 64)
    torch.manual_seed(5)
    numbers = torch.randn(2, 64)
    torch.manual_seed(5)

    assert network.spread is not None
    torch.testing.assert_close(network.spread(numbers).view(2, 1, 64, 64), network._chance(hr))


def test_the_chance_of_a_photograph_is_another_number_in_every_pixel() -> None:
    network = HighToLow(2, blocks=(0, 0), features=4, chance="pixels")
    torch.manual_seed(5)
    numbers = torch.randn(2, 1, 10, 14)
    torch.manual_seed(5)

    assert torch.equal(numbers, network._chance(image(2, 3, 10, 14)))


def test_a_larger_image_has_maps_side_by_side_each_with_numbers_of_its_own() -> None:
    network = HighToLow(4, blocks=(0, 0), features=4)
    torch.manual_seed(5)
    numbers = torch.randn(6, 64)
    torch.manual_seed(5)
    chance = network._chance(image(1, 3, 100, 150))[0, 0]
    assert network.spread is not None
    maps = network.spread(numbers).view(6, 64, 64)

    assert (100, 150) == chance.shape
    torch.testing.assert_close(maps[1], chance[:64, 64:128])
    torch.testing.assert_close(maps[3, :36], chance[64:, :64])
    torch.testing.assert_close(maps[5, :36, :22], chance[64:, 128:])


def test_high_to_low_makes_of_one_image_many_and_of_one_seed_the_same() -> None:
    network, hr = small("high_to_low").eval(), image(1, 3, 16, 16)
    made = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        made.append(network(hr)["lr"].detach())

    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


@pytest.mark.parametrize("name", ["dsgan", "high_to_low"])
@pytest.mark.parametrize("scale", [1, 2, 3, 5, 6])
def test_a_degrader_of_any_scale_stays_in_the_range(name: str, scale: int) -> None:
    made = small(name, scale)(image(1, 3, 9 * scale, 7 * scale + scale - 1))["lr"].detach()

    assert (1, 3, 9, 7) == made.shape
    assert 0 <= float(made.min()) < float(made.max()) <= 1


def test_dsgan_changes_what_bicubic_reduction_leaves() -> None:
    network, hr = DSGAN(4, blocks=1, features=4), image(1, 3, 16, 24)
    head = network.layers[1](network.layers[0](Reduction(4)(hr)))
    expected = network.layers[3](head + at(network, "layers.2.layers")(head)).sigmoid()

    torch.testing.assert_close(expected, network(hr)["lr"])
    assert [1, 1] == [each.weight.numel() for each in network.modules() if isinstance(each, nn.PReLU)]


def test_dsgan_s_critic_sees_thirteen_pixels_and_keeps_the_size() -> None:
    network = small("dsgan_critic").eval()
    given = image(1, 3, 21, 21).requires_grad_()
    judged = network(given)
    (gradient,) = torch.autograd.grad(judged[0, 0, 10, 10], given)
    rows = gradient.abs().sum((0, 1, 3)).nonzero()

    assert (1, 1, 21, 21) == judged.shape
    assert (4, 16) == (int(rows.min()), int(rows.max()))


def judged_at(strength: float, **options: Any) -> Tensor:
    """Return what DSGAN's critic, learning and with a first layer without biases, says of noise of this strength."""
    torch.manual_seed(0)
    critic = DSGANCritic((8, 8, 8), **options)
    nn.init.zeros_(at(critic, "layers.0").get_parameter("bias"))
    return critic(image=strength * image(2, 3, 21, 21)).detach()


def test_a_critic_that_normalises_does_not_see_how_strong_noise_is() -> None:
    torch.testing.assert_close(judged_at(1.0), judged_at(2.0), atol=1e-3, rtol=0)
    assert (judged_at(1.0, normalised=False) - judged_at(2.0, normalised=False)).abs().max() > 0.01


def test_a_gain_shows_a_critic_differences_from_grey_as_larger_ones() -> None:
    plain, loud = DSGANCritic((8, 8, 8), normalised=False), DSGANCritic((8, 8, 8), normalised=False, gain=16.0)
    loud.load_state_dict(plain.state_dict())
    given = image(1, 3, 21, 21)

    torch.testing.assert_close(plain(16 * (given - 0.5)), loud(given))


@pytest.mark.parametrize(("strides", "patch"), [((2, 2, 2, 1, 1), 70), ((1, 1, 1, 1, 1), 16)])
def test_the_patches_of_a_critic_are_those_of_the_paper(strides: tuple[int, int, int, int, int], patch: int) -> None:
    critic = PatchCritic(strides, widths=(2, 2, 2, 2))

    assert patch == critic.least
    assert (1, 1, 1, 1) == critic(image(1, 3, patch, patch)).shape


def test_a_patch_critic_normalises_all_but_its_first_and_last_layer() -> None:
    kinds = "".join(type(each).__name__[0] for each in PatchCritic(widths=(2, 2, 2, 2)).layers)

    assert "CL" + 3 * "CBL" + "C" == kinds


def test_every_layer_of_the_resnet_critic_is_kept_to_a_gain_of_one() -> None:
    torch.manual_seed(0)
    critic = ResNetCritic(halving=2, steady=1, features=8).train()
    for _ in range(40):  # a step of the power iteration each
        critic(image(1, 3, 8, 8))
    layers = [each for each in critic.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    gains = torch.stack([torch.linalg.matrix_norm(each.weight.flatten(1), 2) for each in layers])

    assert 2 * 3 + 2 + 1 == len(layers)
    torch.testing.assert_close(torch.ones(len(layers)), gains.detach(), rtol=0, atol=0.02)


def test_the_first_block_of_the_resnet_critic_sees_the_bare_image_and_the_others_rectify() -> None:
    critic = ResNetCritic(halving=2, steady=1, features=8).eval()
    pixels = 2 * image(2, 3, 9, 12) - 1
    first, second, steady = (at(critic, f"blocks.{number}") for number in range(3))
    features = at(first, "layers.2")(at(first, "layers.0")(pixels).relu())
    features = avg_pool2d(features, 2) + at(first, "skip.1")(avg_pool2d(pixels, 2))
    inside = at(second, "layers.3")(at(second, "layers.1")(features.relu()).relu())
    features = avg_pool2d(inside, 2) + avg_pool2d(at(second, "skip.1")(features), 2)
    features = features + at(steady, "layers.3")(at(steady, "layers.1")(features.relu()).relu())

    torch.testing.assert_close(critic.judge(features.relu().mean((2, 3))), critic(image(2, 3, 9, 12)))
