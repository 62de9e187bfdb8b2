"""CNF: networks side by side that learn as if each were alone, and what fuses them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from pipeline.kinds import Weighted
from pipeline.losses.mse import MSE
from pipeline.networks.cnf import CNF
from pipeline.optimizers.adam import Adam
from pipeline.recipes.paired import Paired
from pipeline.schedules.constant import Constant


def luma(batch: int = 1) -> Tensor:
    return torch.rand(batch, 1, 11, 13, generator=torch.Generator().manual_seed(1))


def by(field: str) -> dict[str, Weighted[nn.Module]]:
    return {"mse": Weighted(MSE(), 1.0, {"sr": field, "hr": "hr_y"})}


def part(network: nn.Module, name: str) -> nn.Module:
    return network.get_submodule(name)


def gradients(network: nn.Module) -> list[Tensor]:
    return [torch.zeros(each.shape) if each.grad is None else each.grad for each in network.parameters()]


def learn(network: CNF, field: str, paces: dict[str, float] | None = None) -> None:
    """Take a step by the error of ``field``."""
    recipe = Paired(network, by(field), Adam(1e-3), Constant(), paces)
    recipe.pace(0)
    recipe.step({"ilr_y": luma(2), "hr_y": luma(2).square()})


def test_a_network_is_an_srcnn_made_deeper_before_its_last_convolution() -> None:
    (network,) = CNF(2, depths=(6,), widths=(64, 32)).networks
    layers = [each for each in network.modules() if isinstance(each, nn.Conv2d)]
    kinds = "".join(type(each).__name__[0] for each in network.get_submodule("features").children())

    assert [9, 5, 3, 3, 3, 5] == [each.kernel_size[0] for each in layers]
    assert [1, 64, 32, 32, 32, 32] == [each.in_channels for each in layers]
    assert [64, 32, 32, 32, 32, 1] == [each.out_channels for each in layers]
    assert 5 * "CR" == kinds


def test_every_network_adds_the_input_to_what_it_makes_alone() -> None:
    network, given = CNF(2, depths=(3, 4, 6), widths=(6, 5)), luma()
    alone = [given + part(each, "reconstruct")(part(each, "features")(given)) for each in network.networks]

    torch.testing.assert_close(torch.cat(alone, dim=1), network(given)["sr_y_each"])


def test_what_is_fused_begins_as_the_mean_of_the_images() -> None:
    made = CNF(2, depths=(3, 4, 6), widths=(6, 5))(luma())

    torch.testing.assert_close(made["sr_y_each"].mean(dim=1, keepdim=True), made["sr_y"])


def test_images_are_fused_by_one_convolution_that_sees_nothing_else() -> None:
    network, given = CNF(2, depths=(3, 4), widths=(6, 5)), luma()
    for each in network.fusion.parameters():
        nn.init.normal_(each)
    (layer,) = network.fusion
    made = network(given)

    assert isinstance(layer, nn.Conv2d)
    assert (1, 2, 3, 3) == layer.weight.shape
    torch.testing.assert_close(given + layer(made["sr_y_each"] - given), made["sr_y"])


def test_features_are_fused_before_they_are_images() -> None:
    network, given = CNF(2, depths=(3, 4), widths=(6, 5), fuses="features"), luma()
    first, relu, second = network.fusion
    seen = torch.cat([part(each, "features")(given) for each in network.networks], dim=1)
    before = network(given)["sr_y"]
    for each in network.networks:
        nn.init.normal_(each.get_parameter("reconstruct.weight"))

    assert ((5, 10, 3, 3), (1, 5, 3, 3)) == (first.weight.shape, second.weight.shape)
    assert float(seen.detach().min()) == 0  # behind a ReLU
    torch.testing.assert_close(given + second(relu(first(seen))), before)
    assert torch.equal(before, network(given)["sr_y"])


@pytest.mark.parametrize("fuses", ["images", "features"])
def test_side_by_side_each_network_gets_the_gradient_that_it_gets_alone(fuses: str) -> None:
    together = CNF(2, depths=(3, 4, 6), widths=(6, 5), fuses=fuses)  # type: ignore[arg-type]  # one of the two
    given, truth = luma(2), luma(2).square()
    MSE()(together(given)["sr_y_each"], truth).backward()

    for number, depth in enumerate((3, 4, 6)):
        alone = CNF(2, depths=(depth,), widths=(6, 5))
        alone.networks[0].load_state_dict(together.networks[number].state_dict())
        MSE()(alone(given)["sr_y_each"], truth).backward()
        found = [3 * each for each in gradients(together.networks[number])]  # a mean over three
        torch.testing.assert_close(gradients(alone.networks[0]), found, rtol=1e-4, atol=1e-6)
        assert any(bool(each.any()) for each in found)
    assert not any(bool(each.any()) for each in gradients(together.fusion))


def test_alone_the_networks_learn_and_what_fuses_them_stays() -> None:
    network = CNF(2, depths=(3, 4), widths=(6, 5))
    before = {key: each.clone() for key, each in network.state_dict().items()}
    learn(network, "sr_y_each")
    moved = {key for key, each in network.state_dict().items() if not torch.equal(before[key], each)}

    assert {key for key in before if key.startswith("networks.")} == moved


@pytest.mark.parametrize(("pace", "moves"), [(0.1, True), (0.0, False)])
def test_together_the_networks_learn_at_their_pace(pace: float, moves: bool) -> None:
    network = CNF(2, depths=(3, 4), widths=(6, 5))
    before = {key: each.clone() for key, each in network.state_dict().items()}
    learn(network, "sr_y", {"networks.": pace})
    steps = {key: float((before[key] - each).abs().max()) for key, each in network.state_dict().items()}

    assert moves == any(step > 0 for key, step in steps.items() if key.startswith("networks."))
    assert all(step <= pace * 1e-3 * 1.001 for key, step in steps.items() if key.startswith("networks."))
    assert pytest.approx(1e-3, rel=1e-2) == steps["fusion.0.weight"]
