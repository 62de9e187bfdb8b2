"""Networks that enlarge at their end: what is added, what is joined, what is handed on, how far they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from pipeline.fields import needs
from pipeline.lookup import build
from pipeline.networks.idn import IDN, DistillationBlock
from pipeline.networks.msrn import MSRN, MultiScaleBlock
from pipeline.networks.msrresnet import MSRResNet
from pipeline.networks.rcan import RCAN, AttentiveBlock, Group
from pipeline.networks.srdensenet import DenseBlock, SRDenseNet
from pipeline.networks.srresnet import SRResNet
from tests.nets import full, made, small
from tests.networks.test_laws import restored
from tests.networks.test_recursive import as_gain, remember_last


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def silent(*layers: nn.Module) -> None:
    """Make layers say nothing, whatever they read."""
    for layer in layers:
        for each in layer.parameters():
            each.zero_()


def heard(module: nn.Module) -> list[Tensor]:
    """Return a list that gets the first thing that ``module`` is given each time it runs."""
    given: list[Tensor] = []
    module.register_forward_pre_hook(lambda _module, arguments: given.append(arguments[0]))
    return given


def said(module: nn.Module) -> list[Tensor]:
    """Return a list that gets what ``module`` makes each time it runs."""
    outputs: list[Tensor] = []
    module.register_forward_hook(lambda _module, _given, output: outputs.append(output))
    return outputs


def kinds(layers: nn.Module) -> str:
    """Return the first letter of each layer's class."""
    return "".join(type(each).__name__[0] for each in layers.children())


def seen(network: nn.Module, size: int) -> tuple[int, int]:
    """Return height and width, in LR pixels, of what one output pixel in the middle depends on."""
    network.double().eval()
    for key, each in network.named_parameters():
        nn.init.constant_(each, 0.02 if key.endswith("weight") else 0.0)
    sizes = {"lr": (3, size), "lr_y": (1, size), "ilr_y": (1, 2 * size)}
    given = {
        name: torch.full((1, sizes[name][0], sizes[name][1], sizes[name][1]), 0.9, dtype=torch.float64)
        for name in needs(network.forward)
    }
    read = given["lr" if "lr" in given else "lr_y"].requires_grad_()
    output = restored(network, given)
    (gradient,) = torch.autograd.grad(output[0, 0, size, size], read)
    rows, columns = gradient[0, 0].nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@pytest.mark.parametrize(
    ("name", "options", "lines"),
    [
        # head, two in each block, body, upsampler: so far on each side; then the tail sees into one LR pixel more
        ("edsr", {"blocks": 3, "features": 2}, 2 * 9 + 1 + 1),
        ("srresnet", {"blocks": 2, "features": 2}, 2 * (4 + 4 + 1 + 1) + 1 + 4),
        ("msrresnet", {"blocks": 2, "features": 2}, 2 * (1 + 4 + 1) + 1 + 2),
        ("msrn", {"blocks": 2, "features": 2}, 2 * (1 + 2 * 4 + 1 + 1) + 1 + 1),
        ("srdensenet", {"blocks": 2, "layers": 3, "growth": 2}, 2 * (1 + 6) + 1 + 1),
        ("idn", {"blocks": 2, "kept": 4}, 2 * (2 + 2 * 6) + 1 + 8),
    ],
)
def test_a_network_sees_as_far_as_its_layers_reach(name: str, options: Mapping[str, Any], lines: int) -> None:
    assert (lines, lines) == seen(build("networks", {"name": name, "scale": 2, **options}), 41)


@pytest.mark.parametrize("name", ["rcan", "edsr_pp"])
def test_a_network_that_takes_means_of_the_image_sees_all_of_it(name: str) -> None:
    assert (41, 41) == seen(made(name, 2, **SMALLEST[name]), 41)


SMALLEST: Mapping[str, Mapping[str, Any]] = {
    "edsr": {"blocks": 2, "features": 4},
    "edsr_non_local": {"half": 1, "features": 4},
    "edsr_pp": {"blocks": 2, "features": 4},
    "msrn": {"blocks": 2, "features": 4},
    "rcan": {"groups": 2, "blocks": 2, "features": 4, "reduction": 2},
    "srresnet": {"blocks": 2, "features": 4},
}
LAST_OF_RESIDUAL = {"edsr": "second", "edsr_non_local": "second", "edsr_pp": "second", "rcan": "last", "srresnet": "4"}
"""The last layer of each residual, by the end of its name."""
BODY = {"edsr": "body.2", "edsr_non_local": "body.4", "edsr_pp": "body.2", "rcan": "body", "srresnet": "body.0"}
"""The convolution behind all residuals, whose output a skip over them is added to."""
BEHIND = {"edsr_pp": "pyramid"}
"""What reads that sum, where it is not the upsampler."""


@pytest.mark.parametrize("name", BODY)
def test_residuals_that_say_nothing_leave_the_head_and_the_skip_over_all_of_them_adds_it_once_more(name: str) -> None:
    network = made(name, 2, **SMALLEST[name]).eval()
    silent(*[each for key, each in network.named_modules() if key.endswith(f".{LAST_OF_RESIDUAL[name]}")])
    as_gain(network.get_submodule(BODY[name]), 2.0)
    head, summed = (
        said(network.get_submodule("head")),
        heard(network.get_submodule(BEHIND.get(name, "upsample"))),
    )
    network(image(1, 3, 7, 9))

    gain = 2 / (1 + 1e-5) ** 0.5 if name == "srresnet" else 2  # a normalisation comes behind it
    torch.testing.assert_close((1 + gain) * head[0], summed[0])


@pytest.mark.parametrize("name", ["edsr", "edsr_non_local", "edsr_pp", "msrn", "rcan"])
def test_colours_are_moved_by_the_mean_and_back(name: str) -> None:
    network = made(name, 2, **SMALLEST[name])
    silent(network.get_submodule("tail"))
    head = heard(network.get_submodule("head"))
    given, mean = image(1, 3, 7, 9), torch.tensor([0.4488, 0.4371, 0.4040]).view(3, 1, 1)
    restored_image = network(given)

    torch.testing.assert_close((given - mean) * 255, head[0])
    assert torch.equal(mean.expand(1, 3, 14, 18), restored_image)


def test_edsr_normalises_nothing_and_rectifies_in_its_blocks_alone() -> None:
    network = full("edsr")

    assert {"Conv2d"} == {type(each).__name__ for key, each in network.named_modules() if key.startswith("body.0.")}
    assert "R" * 16 + "C" == kinds(network.get_submodule("body"))
    assert "CP" == kinds(network.get_submodule("upsample"))


def test_srresnet_has_its_layers_in_the_order_of_the_paper() -> None:
    network = full("srresnet", 4)

    assert "CBPCB" == kinds(network.get_submodule("blocks.0.layers"))
    assert ["CP", "CB", "CPP"] == [kinds(network.get_submodule(name)) for name in ("head", "body", "upsample.1")]


def test_srresnet_s_output_is_not_squashed() -> None:
    network = SRResNet(2, blocks=1, features=4)
    nn.init.constant_(network.tail.get_parameter("bias"), 7.0)

    assert 6 < float(network(image(1, 3, 5, 6)).detach().mean()) < 8


def test_what_srresnet_makes_of_an_image_depends_on_those_beside_it_in_training_alone() -> None:
    network, batch = small("srresnet"), image(2, 3, 9, 9)
    with torch.no_grad():
        beside, alone = network(batch)[0], network(batch[:1])[0]
        network.eval()
        restored_beside, restored_alone = network(batch)[0], network(batch[:1])[0]

    assert not torch.allclose(beside, alone, atol=1e-2)
    torch.testing.assert_close(restored_beside, restored_alone, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_bf16_moves_what_srresnet_makes_by_less_than_a_twelfth() -> None:
    torch.manual_seed(0)
    network, given = SRResNet(2, features=16), image(2, 3, 16, 16)
    remember_last(network)
    network(given)
    exact = network.eval()(given)
    with torch.autocast("cpu", torch.bfloat16):
        near = network(given).float()

    assert float((near - exact).norm() / (exact - exact.mean()).norm()) < 1 / 12


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_msrresnet_adds_what_it_learns_to_bilinear_interpolation(scale: int) -> None:
    network, given = small("msrresnet", scale), image(1, 3, 5, 6)
    silent(network.get_submodule("tail.2"))

    assert torch.equal(interpolate(given, scale_factor=scale, mode="bilinear"), network(given))


def test_msrresnet_has_no_skip_over_its_blocks_and_nothing_between_them_and_its_upsampler() -> None:
    network = MSRResNet(4, blocks=2, features=4)
    body, enlarged = said(network.body), heard(network.upsample)
    network(image(1, 3, 5, 6))

    assert body[0] is enlarged[0]
    assert ["CL", "RR", "CPL", "CLC"] == [
        kinds(network.get_submodule(name)) for name in ("head", "body", "upsample.1", "tail")
    ]
    assert {0.1} == {each.negative_slope for each in network.modules() if isinstance(each, nn.LeakyReLU)}


def test_msrresnet_begins_with_a_tenth_of_he_s_weights() -> None:
    torch.manual_seed(0)
    convolutions = [each for each in MSRResNet(2, blocks=2).modules() if isinstance(each, nn.Conv2d)]

    for each in convolutions:
        deviation = 0.1 * (2 / each.weight[0].numel()) ** 0.5
        assert pytest.approx(deviation, rel=0.1) == float(each.weight.detach().std())


@pytest.mark.parametrize(
    ("levels", "blocks_read", "handed"),
    [
        ("high", [[0], [1], [2]], [3]),
        ("low-high", [[0], [1], [2]], [0, 3]),
        ("all", [[0], [0, 1], [0, 1, 2]], [0, 1, 2, 3]),
    ],
)
def test_srdensenet_hands_on_what_its_name_says(levels: Any, blocks_read: list[list[int]], handed: list[int]) -> None:
    network = SRDenseNet(2, levels, blocks=3, layers=2, growth=3)
    outputs = [said(network.extract), *map(said, network.blocks)]
    inputs, last = [*map(heard, network.blocks)], heard(network.bottleneck)
    network(image(1, 1, 5, 6))

    for given, numbers in zip([*inputs, last], [*blocks_read, handed], strict=True):
        assert torch.equal(torch.cat([outputs[number][0] for number in numbers], dim=1), given[0])
    assert (levels == "all") == bool([*network.bottleneck])


def test_in_a_dense_block_each_layer_reads_all_before_it_and_only_the_first_reads_the_input() -> None:
    block = DenseBlock(5, layers=4, growth=2)
    inputs, outputs = [*map(heard, block.layers)], [*map(said, block.layers)]
    given = image(1, 5, 4, 6)
    made_of_it = block(given)

    assert inputs[0][0] is given
    for number in range(1, 4):
        before = torch.cat([each[0].relu() for each in outputs[:number]], dim=1)
        assert torch.equal(before, inputs[number][0])
    assert torch.equal(torch.cat([each[0].relu() for each in outputs], dim=1), made_of_it)


def test_srdensenet_doubles_with_transposed_convolutions_and_adds_nothing_to_its_output() -> None:
    network = SRDenseNet(4, blocks=1, layers=2, growth=2)
    silent(network.reconstruct)

    assert [(8, 8, 3, 3)] * 2 == [(*each.get_parameter("0.weight").shape,) for each in network.enlarge]
    assert ["CR", "CR"] == [*map(kinds, network.enlarge)]
    assert not network(image(1, 1, 5, 6))["sr_y"].any()


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_idn_lays_the_middle_of_its_kernel_on_the_last_hr_pixel_of_an_lr_pixel(scale: Any) -> None:
    network = IDN(scale, kept=4)
    network.extract, network.blocks = nn.Sequential(), nn.Sequential()
    silent_bias = network.enlarge.get_parameter("bias")
    nn.init.zeros_(silent_bias)
    impulse = torch.zeros(1, 16, 20, 21)
    impulse[0, 0, 9, 10] = 1
    made_of_it = network(impulse, torch.zeros(1, 1, 20 * scale, 21 * scale))["sr_y"][0, 0]

    row, column = scale * 9 + scale - 1, scale * 10 + scale - 1
    around = made_of_it[row - 8 : row + 9, column - 8 : column + 9]
    torch.testing.assert_close(network.enlarge.weight[0, 0], around)
    assert 17 * 17 == int(made_of_it.count_nonzero())


def test_idn_adds_what_it_learns_to_the_bicubic_enlargement() -> None:
    network, given = small("idn"), image(1, 1, 18, 22)
    silent(network.get_submodule("enlarge"))

    assert torch.equal(given, network(image(1, 1, 9, 11), given)["sr_y"])


def test_a_distillation_block_keeps_a_quarter_and_adds_it_behind_the_input() -> None:
    block, given = DistillationBlock(4), image(1, 16, 5, 6) - 0.5
    first, second = said(block.first), said(block.second)
    further, compressed = heard(block.second), heard(block.compress)
    block(given)

    assert (16, 12, 20) == (first[0].shape[1], further[0].shape[1], compressed[0].shape[1])
    assert torch.equal(first[0][:, 4:], further[0])
    torch.testing.assert_close(torch.cat([given, first[0][:, :4]], dim=1), compressed[0] - second[0])


def test_a_distillation_block_groups_its_middle_layers_and_is_leaky_behind_every_one() -> None:
    layers = [each for each in DistillationBlock(16).modules() if isinstance(each, nn.Conv2d)]
    slopes = [each.negative_slope for each in IDN(2).modules() if isinstance(each, nn.LeakyReLU)]

    assert [48, 32, 64, 64, 48, 80, 64] == [each.out_channels for each in layers]
    assert [1, 4, 1, 1, 4, 1, 1] == [each.groups for each in layers]
    assert [0.05] * (2 + 4 * 7) == slopes


def test_a_group_of_rcan_that_says_nothing_is_the_identity() -> None:
    group, given = Group(2, 4, 2), image(1, 4, 5, 6)
    silent(group.last)

    assert torch.equal(given, group(given))


def test_the_blocks_of_rcan_weigh_each_map_of_the_residual_by_all_means() -> None:
    block, given = AttentiveBlock(4, 2), image(2, 4, 5, 6)
    residual, attended = said(block.second), heard(block.attention)
    made_of_it = block(given)
    with torch.no_grad():
        means = residual[0].mean((2, 3), keepdim=True)
        weights = block.attention[3](block.attention[1](means).relu()).sigmoid()

    assert attended[0] is residual[0]
    assert "ACRC" == kinds(block.attention)
    torch.testing.assert_close(given + residual[0] * weights, made_of_it)


def test_rcan_has_ten_groups_of_twenty_blocks_that_reduce_sixty_four_maps_to_four() -> None:
    network = full("rcan")
    assert isinstance(network, RCAN)
    blocks = [each for each in network.modules() if isinstance(each, AttentiveBlock)]

    assert (10, 200) == (len(network.groups), len(blocks))
    assert {(4, 64, 1, 1)} == {(*each.get_parameter("attention.1.weight").shape,) for each in blocks}


def test_every_block_of_msrn_and_the_head_reach_the_end() -> None:
    network = MSRN(2, blocks=3, features=4)
    outputs, joined = [*map(said, network.blocks), said(network.head)], heard(network.join)
    inputs = [*map(heard, network.blocks)]
    network(image(1, 3, 5, 6))

    assert torch.equal(torch.cat([each[0] for each in outputs], dim=1), joined[0])
    assert all(before[0] is given[0] for before, given in zip([outputs[3], *outputs[:2]], inputs, strict=True))


def test_the_kernels_of_msrn_hear_of_one_another_and_what_they_make_is_added() -> None:
    block, given = MultiScaleBlock(4), image(1, 4, 7, 8)
    first = torch.cat([block.near[0](given).relu(), block.far[0](given).relu()], dim=1)
    second = torch.cat([block.near[1](first).relu(), block.far[1](first).relu()], dim=1)

    torch.testing.assert_close(given + block.join(second), block(given))
    assert [(3, 3), (5, 5)] == [layers[1].kernel_size for layers in (block.near, block.far)]
