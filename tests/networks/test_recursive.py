"""DRCN, RED-Net, DRRN, MemNet: what serves every turn, what is led past, and what each turn restores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pipeline.blocks.recursion import PreActivation, RecursiveResidual
from pipeline.lookup import build
from pipeline.networks.drcn import DRCN
from pipeline.networks.drrn import DRRN, RecursiveBlock
from pipeline.networks.memnet import MemNet, MemoryBlock
from pipeline.networks.red import RED
from tests.nets import full, small
from tests.networks.test_counts import footprint

NORMALISED: Mapping[str, Mapping[str, Any]] = {
    "drrn": {"blocks": 2, "recursions": 3, "features": 2},
    "memnet": {"blocks": 2, "recursions": 3, "features": 2},
}
LAST = {"drcn": "reconstruct.1", "red": "decode.4", "drrn": "tail.2", "memnet": "reconstruct"}
"""The convolution whose output is the residual."""


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


def network_of(name: str) -> nn.Module:
    """Build a network with normalisations, in training."""
    network: nn.Module = build("networks", {"name": name, "scale": 2, **NORMALISED[name]})
    return network


def is_weight(parameter: Tensor) -> bool:
    """Tell the weights of a convolution from biases, normalisations and the weights of a mean."""
    return parameter.dim() > 1


@pytest.mark.parametrize("name", NORMALISED)
def test_the_first_residual_is_as_small_as_it_is_told_to_begin(name: str) -> None:
    given, made = image(1, 1, 9, 9), []
    for begins in (1.0, 0.25):
        torch.manual_seed(2)
        network = build("networks", {"name": name, "scale": 2, "features": 4, "recursions": 2, "begins": begins})
        made.append(network(given)["sr_y"] - given)

    torch.testing.assert_close(made[0] / 4, made[1])


@torch.no_grad()
def as_gain(layer: Any, gain: float) -> None:
    """Make a convolution without bias multiply each map by ``gain``."""
    nn.init.dirac_(layer.weight)
    layer.weight.mul_(gain)
    if layer.bias is not None:
        layer.bias.zero_()


@torch.no_grad()
def says(norms: nn.ModuleList, *values: float) -> None:
    """Make the n-th normalisation say the n-th value, whatever it reads."""
    for norm, value in zip(norms, values, strict=True):
        nn.init.zeros_(norm.get_parameter("weight"))
        nn.init.constant_(norm.get_parameter("bias"), value)


@pytest.mark.parametrize(
    ("name", "options", "weights"),
    [
        ("drcn", {}, 1_774_080),
        ("red", {"features": 128}, 4_131_072),
        ("drrn", {}, 297_216),
        ("drrn", {"recursions": 9}, 297_216),
        ("memnet", {}, 676_992),
    ],
)
def test_the_parameters_that_papers_print_are_the_weights_alone(
    name: str, options: Mapping[str, Any], weights: int
) -> None:
    with torch.device("meta"):
        network: nn.Module = build("networks", {"name": name, "scale": 2, **options})

    assert weights == sum(each.numel() for each in network.parameters() if is_weight(each))


@pytest.mark.parametrize("name", LAST)
def test_a_network_adds_what_it_learns_to_what_it_was_given(name: str) -> None:
    network, given = small(name).eval(), image(1, 1, 9, 11)
    before = network(given)["sr_y"]
    nn.init.zeros_(network.get_parameter(f"{LAST[name]}.weight"))
    for key, each in network.named_parameters():
        if key == f"{LAST[name]}.bias":
            nn.init.zeros_(each)
    made = network(given)

    assert not torch.allclose(given, before, atol=1e-2)
    for field in made.values():
        torch.testing.assert_close(given.expand_as(field), field, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["vdsr", "drcn", "red", "drrn", "memnet"])
def test_the_first_weights_are_those_of_he(name: str) -> None:
    torch.manual_seed(0)
    network = build("networks", {"name": name, "scale": 2})
    shares = []
    for key, each in network.named_parameters():
        if is_weight(each) and key != "recur.weight":
            outputs = each.shape[1] if key.startswith("decode") else each.shape[0]
            deviation = (2 * outputs / each.numel()) ** 0.5
            assert pytest.approx(deviation, rel=0.15) == float(each.detach().std())
            shares.append((each.detach().abs() < deviation).float().mean())

    assert pytest.approx(0.6827, abs=0.01) == float(torch.stack(shares).mean())  # of a uniform one 0.577
    assert [] == [key for key, each in network.named_parameters() if "bias" in key and each.any()]


@pytest.mark.parametrize("name", ["vdsr", "drcn", "red", "drrn", "memnet"])
def test_bf16_moves_the_residual_by_less_than_a_twelfth_or_the_network_says_that_it_harms(name: str) -> None:
    """Measured on first weights; VDSR's part does it no harm, as `tests/test_precision.py` has found by training."""
    moved = torch.tensor([moved_by_bf16(name, seed) for seed in range(3)])

    assert getattr(full(name), "bf16_harms", False) == (float(moved.square().mean().sqrt()) > 1 / 12)


@torch.no_grad()
def moved_by_bf16(name: str, seed: int) -> float:
    """Return what bf16 changes of a network's residual, in parts of it."""
    torch.manual_seed(seed)
    network, given = build("networks", {"name": name, "scale": 2, "features": 32}), image(2, 1, 24, 24)
    remember_last(network)
    network(given)
    exact = network.eval()(given)["sr_y"]
    with torch.autocast("cpu", torch.bfloat16):
        near = network(given)["sr_y"]
    return float((near - exact).norm() / (exact - given).norm())


def remember_last(network: nn.Module) -> None:
    """Let normalisations measure the last batch alone."""
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 1.0


@pytest.mark.parametrize("name", NORMALISED)
def test_weights_serve_every_turn_and_every_turn_has_normalisations_of_its_own(name: str) -> None:
    network, calls = network_of(name), dict[str, int]()

    def count(key: str) -> Any:
        return lambda *_: calls.update({key: calls.get(key, 0) + 1})

    for key, each in network.named_modules():
        if isinstance(each, nn.Conv2d | nn.BatchNorm2d):
            each.register_forward_hook(count(key))
    network(image(2, 1, 9, 9))
    often = {key: number for key, number in calls.items() if number > 1}
    units = {f"blocks.{block}.residual.{side}": 3 for block in range(2) for side in ("first", "second")}

    assert units | ({"reconstruct": 2} if name == "memnet" else {}) == often
    assert {key for key, each in network.named_modules() if isinstance(each, nn.Conv2d | nn.BatchNorm2d)} == {*calls}


@pytest.mark.parametrize(("name", "values"), [("drrn", 13_058), ("memnet", 17_282)])
def test_normalisations_have_as_many_values_as_a_unit_of_their_own_needs(name: str, values: int) -> None:
    norms = [each for each in full(name).modules() if isinstance(each, nn.BatchNorm2d)]

    assert values == sum(parameter.numel() for each in norms for parameter in each.parameters())


def test_each_recursion_of_drcn_sees_two_pixels_more_until_they_are_forty_one() -> None:
    network = DRCN(2, features=2)
    seen = [footprint(network, 45, "sr_y_each", number) for number in range(16)]

    assert [(2 * depth + 1, 2 * depth + 1) for depth in range(2 + 1 + 2, 2 + 16 + 2 + 1)] == seen
    assert (41, 41) == footprint(network, 45)


def test_more_recursions_begin_with_what_fewer_restore() -> None:
    few, many = DRCN(2, recursions=2, features=4), DRCN(2, recursions=5, features=4)
    nn.init.normal_(many.recur.weight, std=0.3)
    few.load_state_dict({**many.state_dict(), "weight": few.weight})
    each = many(image(1, 1, 9, 9))["sr_y_each"]

    torch.testing.assert_close(few(image(1, 1, 9, 9))["sr_y_each"], each[:, :2])
    assert all(not torch.allclose(each[:, number], each[:, number + 1]) for number in range(4))


def test_what_drcn_restores_is_the_mean_of_its_recursions_by_weights_divided_by_their_sum() -> None:
    network = small("drcn")
    assert isinstance(network, DRCN)
    network.weight.data = torch.tensor([1.0, 2.0, -1.0, 6.0])
    made = network(image(2, 1, 9, 9))
    first, second, third, fourth = made["sr_y_each"].unbind(1)

    torch.testing.assert_close((first + 2 * second - third + 6 * fourth) / 8, made["sr_y"][:, 0])


def test_drcn_begins_with_recursions_that_change_nothing_and_count_the_same() -> None:
    torch.manual_seed(0)
    network = DRCN(2, recursions=4, features=8)
    features, made = image(1, 8, 5, 6), network(image(1, 1, 9, 9))

    assert torch.equal(features, network.recur(features))
    assert torch.equal(made["sr_y_each"][:, :1].expand(-1, 4, -1, -1), made["sr_y_each"])
    assert [0.25] * 4 == network.weight.tolist()


def test_drcn_rectifies_its_embedding_and_every_recursion_but_not_its_reconstruction() -> None:
    network, given = DRCN(2, recursions=2, features=8), image(1, 1, 9, 9)
    features = network.reconstruct[0](image(1, 8, 9, 9) - 0.5)
    as_gain(network.recur, -1.0)  # what was not negative is nothing then
    kinds = "".join(type(each).__name__[0] for each in network.embed)

    assert "CRCR" == kinds
    assert torch.equal(given.expand(-1, 2, -1, -1), network(given)["sr_y_each"])
    torch.testing.assert_close(-network.reconstruct(features), network.reconstruct(-features))


@pytest.mark.parametrize(
    ("layers", "step", "skipped"),
    [(15, 2, {0, 2, 4, 6, 8, 10, 12, 14}), (10, 2, {0, 2, 4, 6, 8}), (5, None, {0}), (7, 3, {0, 3, 6})],
)
def test_red_skips_from_every_second_layer_to_the_one_that_mirrors_it(
    layers: int, step: int | None, skipped: set[int]
) -> None:
    network = RED(2, layers, features=1, step=step).double()
    for layer in network.encode:
        as_gain(layer, 2.0)
    for layer in network.decode:
        as_gain(layer, 3.0)
    made = network(torch.ones(1, 1, 1, 1, dtype=torch.float64))["sr_y"]

    assert sum(2**depth * 3**depth for depth in {*skipped, layers}) == int(made)


def test_red_rectifies_in_its_encoder_and_behind_each_sum_but_not_at_its_end() -> None:
    network = RED(2, layers=3, features=1)
    for layer, gain in zip([*network.encode, *network.decode], [1.0, 1.0, 1.0, -0.25, -8.0, -4.0], strict=True):
        as_gain(layer, gain)

    # behind the skip 1 - 0.25, which -8 and a ReLU leave nothing of
    assert [1.0] == network(torch.ones(1, 1, 1, 1))["sr_y"].flatten().tolist()
    as_gain(network.decode[1], 1.0)
    assert [1.0 - 4 * 0.75] == network(torch.ones(1, 1, 1, 1))["sr_y"].flatten().tolist()
    as_gain(network.encode[2], -1.0)
    assert [1.0 - 4 * 1.0] == network(torch.ones(1, 1, 1, 1))["sr_y"].flatten().tolist()


def test_red_has_transposed_convolutions_and_sees_as_far_as_its_layers_reach() -> None:
    network = RED(2, features=2)

    assert [nn.Conv2d] * 15 + [nn.ConvTranspose2d] * 15 == [type(each) for each in (*network.encode, *network.decode)]
    assert (61, 61) == footprint(network, 65)


def test_drrn_sees_as_far_as_its_fifty_two_layers_reach() -> None:
    assert (2 * 52 + 1, 2 * 52 + 1) == footprint(DRRN(2, features=2), 109)


def test_every_unit_of_drrn_adds_to_where_the_block_began() -> None:
    block, given = RecursiveBlock(1, 4, recursions=3).eval(), image(1, 1, 5, 6)
    as_gain(block.residual.second, 1.0)
    says(block.residual.second_norms, 1.0, 10.0, 100.0)

    torch.testing.assert_close(block.head(given) + 100, block(given))


def test_every_unit_of_drrn_reads_the_unit_before() -> None:
    block, given = RecursiveBlock(1, 4, recursions=3).eval(), image(1, 1, 5, 6)
    for layer in (block.residual.first, block.residual.second):
        as_gain(layer, 2.0)
    head = state = block.head(given)
    for _ in range(3):
        state = head + 4 * state.clamp(min=0)

    torch.testing.assert_close(state, block(given), rtol=1e-3, atol=1e-3)


def test_a_second_block_of_drrn_has_weights_of_its_own_and_reads_the_first() -> None:
    network = DRRN(2, blocks=2, recursions=1, features=4)
    heads = [network.get_parameter(f"blocks.{number}.head.2.weight").shape for number in range(2)]

    assert [(4, 1, 3, 3), (4, 4, 3, 3)] == heads
    assert (2 * 7 + 1, 2 * 7 + 1) == footprint(network, 21)  # (1 + 2 U) B + 1 layers


def test_each_memory_sees_the_layers_of_one_block_more_than_the_one_before() -> None:
    network = MemNet(2, blocks=3, recursions=2, features=2)
    seen = [footprint(network, 41, "sr_y_each", number) for number in range(3)]

    assert [(2 * (1 + 4 * block + 1) + 1,) * 2 for block in (1, 2, 3)] == seen


def test_the_gates_of_memnet_read_six_units_and_one_memory_more_each_time() -> None:
    gates = [full("memnet").get_parameter(f"blocks.{number}.gate.2.weight").shape for number in range(6)]

    assert [(64, (6 + number) * 64, 1, 1) for number in range(1, 7)] == gates


def test_every_memory_is_handed_to_every_later_block() -> None:
    network = MemNet(2, blocks=4, recursions=1, features=2).eval()
    handed: list[list[Tensor]] = []
    made: list[Tensor] = []
    network.extract.register_forward_hook(lambda _module, _given, output: made.append(output))
    for block in network.blocks:
        block.register_forward_pre_hook(lambda _module, given: handed.append([*given[0]]))
        block.register_forward_hook(lambda _module, _given, output: made.append(output))
    network(image(1, 1, 5, 6))

    assert [1, 2, 3, 4] == [len(each) for each in handed]
    assert all(one is other for each in handed for one, other in zip(each, made, strict=False))


@pytest.mark.parametrize("chosen", range(6))
def test_a_gate_reads_what_every_unit_made_and_every_memory(chosen: int) -> None:
    block = MemoryBlock(1, recursions=3, memories=3).eval()
    memories = [torch.full((1, 1, 4, 4), value) for value in (1.0, 2.0, 3.0)]
    as_gain(block.residual.second, 1.0)
    says(block.residual.second_norms, 10.0, 100.0, 1000.0)
    with torch.no_grad():
        block.get_parameter("gate.2.weight").zero_()[0, chosen] = 1.0
    expected = [3.0 + 10, 3.0 + 110, 3.0 + 1110, 1.0, 2.0, 3.0][chosen]

    torch.testing.assert_close(torch.full((1, 1, 4, 4), expected), block(memories), rtol=1e-4, atol=0)


def test_every_unit_of_memnet_reads_the_unit_before() -> None:
    block = MemoryBlock(1, recursions=3, memories=1).eval()
    for layer in (block.residual.first, block.residual.second):
        as_gain(layer, 2.0)
    with torch.no_grad():
        block.get_parameter("gate.2.weight").zero_()[0, 2] = 1.0  # the last unit

    torch.testing.assert_close(torch.full((1, 1, 2, 2), 5.0**3), block([torch.ones(1, 1, 2, 2)]), rtol=1e-3, atol=0)


def test_memnet_restores_from_each_memory_behind_its_own_normalisation_and_adds_them_up_as_weighed() -> None:
    network, given = MemNet(2, blocks=3, recursions=1, features=1).eval(), image(2, 1, 5, 6)
    begun = network.weight.tolist()
    as_gain(network.reconstruct, 1.0)
    says(network.norms, 0.25, 0.5, -1.0)
    network.weight.data = torch.tensor([1.0, 2.0, 4.0])
    made = network(given)

    assert pytest.approx([1 / 3] * 3) == begun
    torch.testing.assert_close(torch.cat([given + 0.25, given + 0.5, given], dim=1), made["sr_y_each"])
    torch.testing.assert_close(7 * given + 0.25 + 2 * 0.5, made["sr_y"])


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_unit_rectifies_in_front_of_both_convolutions(side: str) -> None:
    unit = RecursiveResidual(4, turns=2).eval()
    norms = unit.get_submodule(f"{side}_norms")
    assert isinstance(norms, nn.ModuleList)
    says(norms, 1.0, -1.0)

    assert unit(image(1, 4, 5, 6), 0).any()
    assert not unit(image(1, 4, 5, 6), 1).any()


def test_a_layer_is_normalised_and_rectified_first() -> None:
    kinds = "".join(type(each).__name__[0] for each in PreActivation(2, 3, kernel=1))

    assert "BRC" == kinds


@pytest.mark.parametrize("name", NORMALISED)
def test_what_was_measured_in_training_serves_in_restoring(name: str) -> None:
    network, given = network_of(name), image(4, 1, 40, 40)
    remember_last(network)
    with torch.no_grad():
        learnt = network(given)["sr_y"]
        restored = network.eval()(given)["sr_y"]

    torch.testing.assert_close(learnt, restored, rtol=0, atol=0.02)
    assert float(learnt.std()) > 0.2
