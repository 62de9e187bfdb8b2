"""How the networks of several scales, and of any, are wired: what is shared, what is fused, and what is continuous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.blocks.cascade import Cascade
from pipeline.blocks.dense import DenseEncoder, ResidualDenseBlock
from pipeline.blocks.implicit import ImplicitFunction
from pipeline.errors import LearningError
from pipeline.lookup import build
from pipeline.networks.edsr_liif import EDSRLIIF
from pipeline.networks.mdsr import MDSR
from pipeline.networks.meta_rdn import MetaRDN
from pipeline.pairs.points import grid, whole
from tests.nets import SMALL, small

SCALES = (2, 3, 4)
ANY = ("edsr_liif", "rdn_liif", "meta_rdn")


def image(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


def several(name: str) -> nn.Module:
    torch.manual_seed(0)
    network: nn.Module = build("networks", {"name": name, "scales": [*SCALES], **SMALL[name]})
    return network


def moved(network: nn.Module, scale: int) -> set[str]:
    """Return the parameters that an image enlarged by ``scale`` has a gradient for."""
    network.zero_grad()
    network(image(1, 3, 8, 8), scale).square().sum().backward()
    return {key for key, each in network.named_parameters() if each.grad is not None and each.grad.any()}


def places(height: int, width: int, scale: float) -> dict[str, Tensor]:
    size = (round(height * scale), round(width * scale))
    return {key: torch.from_numpy(value) for key, value in grid(*whole((height, width), size)).items()}


@pytest.mark.parametrize(("name", "own"), [("mdsr", ("before", "upsample")), ("carn", ("upsample",))])
def test_gradients_of_two_scales_meet_in_the_trunk_and_nowhere_else(name: str, own: tuple[str, ...]) -> None:
    network = several(name)
    by_two, by_three = moved(network, 2), moved(network, 3)
    alike = {key for key, _ in network.named_parameters() if not key.startswith(own)}

    assert alike == by_two & by_three
    assert all(".2." in key for key in by_two - alike)
    assert all(".3." in key for key in by_three - alike)


@pytest.mark.parametrize("name", ["mdsr", "carn", "carn_m"])
def test_a_network_of_several_scales_does_for_each_what_one_of_that_scale_does(name: str) -> None:
    network, lr = several(name), image(1, 3, 5, 6)
    for scale in SCALES:
        alone: nn.Module = build("networks", {"name": name, "scales": [scale], **SMALL[name]})
        alone.load_state_dict({key: network.state_dict()[key] for key in alone.state_dict()})

        assert torch.equal(alone(lr, scale), network(lr, scale))


@pytest.mark.parametrize("name", ["mdsr", "carn", "carn_m"])
def test_compiling_makes_a_graph_for_each_scale(name: str) -> None:
    network, lr, graphs = several(name).eval(), image(1, 3, 8, 8), []

    def eager(graph: torch.fx.GraphModule, _inputs: list[Tensor]) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    with torch.no_grad():
        plain = [network(lr, scale) for scale in SCALES]
        network.compile(fullgraph=True, backend=eager)
        compiled = [network(lr, scale) for scale in (*SCALES, *SCALES)]

    assert 3 == len(graphs)
    assert all(torch.equal(one, other) for one, other in zip(2 * plain, compiled, strict=True))


def test_a_scale_that_a_network_does_not_know_is_told() -> None:
    with pytest.raises(LearningError, match=r"^scale: is 8, but the network knows 2, 3, 4$"):
        several("carn")(image(1, 3, 4, 4), 8)


def test_mdsr_begins_with_two_blocks_of_five_by_five_for_each_scale() -> None:
    with torch.device("meta"):
        kernels = [tuple(each.shape[2:]) for key, each in MDSR((2, 3, 4)).before.named_parameters() if "weight" in key]

    assert [(5, 5)] * 12 == kernels


class Times(nn.Module):
    """Multiplies."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, features: Tensor) -> Tensor:
        return self.factor * features


def test_a_cascade_fuses_the_input_and_what_every_block_made_of_what_was_fused_before() -> None:
    """With fusions that add up, blocks of 2 and 3: o1 = 1 + 2, o2 = 1 + 2 + 3 * o1."""
    cascade = Cascade([Times(2), Times(3)], 2, 1)
    for fusion in cascade.fusions:
        nn.init.ones_(fusion.get_parameter("weight"))
        nn.init.zeros_(fusion.get_parameter("bias"))

    torch.testing.assert_close(torch.full((1, 1, 2, 2), 1.0 + 2 + 3 * 3), cascade(torch.ones(1, 1, 2, 2)))


def test_carn_m_runs_one_block_in_all_turns_of_a_cascade_and_carn_one_in_each() -> None:
    blocks = {
        name: [len(cascade.blocks) for cascade in several(name).modules() if isinstance(cascade, Cascade)]
        for name in ("carn", "carn_m")
    }
    turns = {len(each.fusions) for each in several("carn_m").modules() if isinstance(each, Cascade)}

    assert {"carn": [2, 2, 2], "carn_m": [2, 1, 1]} == blocks
    assert {2} == turns


def test_carn_m_with_features_that_its_groups_do_not_divide_is_refused() -> None:
    with pytest.raises(LearningError, match=r"^features: 10 do not divide into 4 groups; choose a multiple$"):
        build("networks", {"name": "carn_m", "scales": [2], "features": 10})


@pytest.mark.parametrize("part", ["fusion", "layers"])
def test_a_dense_block_adds_what_its_fusion_makes_to_what_entered(part: str) -> None:
    block, given = ResidualDenseBlock(4, 3, 2), image(1, 4, 5, 5)
    for each in block.get_submodule(part).parameters():
        nn.init.zeros_(each)
    kept = F.conv2d(given, block.fusion.weight[:, :4], block.fusion.bias)

    torch.testing.assert_close(given if part == "fusion" else given + kept, block(given))


def test_every_layer_of_a_dense_block_reads_all_before_it() -> None:
    assert [4, 6, 8] == [layer.get_parameter("weight").shape[1] for layer in ResidualDenseBlock(4, 3, 2).layers]


def test_rdn_fuses_what_all_blocks_made_and_adds_the_first_convolution() -> None:
    encoder, given = DenseEncoder(3, 2, 4, 8), image(1, 3, 6, 6)
    made: list[Tensor] = []
    for block in encoder.blocks:
        block.register_forward_hook(lambda _block, _given, output: made.append(output))
    found = encoder(given)

    torch.testing.assert_close(encoder.shallow(given) + encoder.fusion(torch.cat(made, dim=1)), found)
    assert 3 == len(made)


@pytest.mark.parametrize("name", ANY)
def test_by_two_is_by_two_point_nought(name: str) -> None:
    network, lr = small(name).eval(), image(1, 3, 5, 7)

    assert torch.equal(network(lr, **places(5, 7, 2)), network(lr, **places(5, 7, 2.0)))


@pytest.mark.parametrize("name", ANY)
def test_a_point_is_restored_alike_alone_and_among_others(name: str) -> None:
    network, lr, at = small(name).eval(), image(2, 3, 5, 7), places(5, 7, 2.5)
    everywhere = network(lr, **at)
    order = torch.randperm(at["coord"][0, ..., 0].numel(), generator=torch.Generator().manual_seed(2))
    mixed = at["coord"].flatten(1, 2)[:, order].unflatten(1, (2, -1))
    some = network(lr, mixed.expand(2, -1, -1, -1), at["cell"].expand(2, -1))

    torch.testing.assert_close(everywhere.flatten(2)[:, :, order], some.flatten(2), rtol=1e-4, atol=1e-5)


def across(network: nn.Module, row: float) -> Tensor:
    """Return how far the network jumps between two points a hair apart, above and below ``row``."""
    above, below = row - 1e-7, row + 1e-7
    coord = torch.tensor([[[[above, 2.3], [below, 2.3]]]], dtype=torch.float64)
    made = network(image(1, 3, 6, 6), coord, torch.full((1, 2), 0.4, dtype=torch.float64))
    return (made[..., 0] - made[..., 1]).detach().abs().max()


@pytest.mark.parametrize("row", [2.5, 3.0])
def test_neighbours_agree_where_the_cells_of_liif_meet(row: float) -> None:
    """The nearest four change in the middle of a pixel, the nearest one between two."""
    assert float(across(small("edsr_liif"), row)) < 1e-5


def test_without_the_ensemble_they_do_not() -> None:
    torch.manual_seed(0)
    network = EDSRLIIF(**SMALL["edsr_liif"], ensemble=False)

    assert float(across(network, 3.0)) > 1e-4
    assert float(across(network, 2.5)) < 1e-5


def plain(function: ImplicitFunction, maps: Tensor, place: tuple[float, float], cell: tuple[float, float]) -> Tensor:
    """Return what LIIF says of one point, written out in the authors' coordinates, from -1 to 1."""
    height, width = maps.shape[2:]
    unfolded = F.unfold(maps, 3, padding=1)[0].unflatten(1, (height, width))
    y, x = (2 * at / side - 1 for at, side in zip(place, (height, width), strict=True))
    said, areas = [], []
    for down in (-1, 1):
        for right in (-1, 1):
            i = min(max(int((y + down / height + 1) / 2 * height), 0), height - 1)
            j = min(max(int((x + right / width + 1) / 2 * width), 0), width - 1)
            away = ((y - (2 * i + 1) / height + 1) * height, (x - (2 * j + 1) / width + 1) * width)
            sizes = (2 * cell[0], 2 * cell[1])  # 2 / H of HR times h of LR
            given = torch.cat([unfolded[:, i, j], torch.tensor([*away, *sizes])])
            said.append(function.others(function.first(given)))
            areas.append(abs(away[0] * away[1]) + 1e-9)
    total = sum(areas)
    return sum(made * area / total for made, area in zip(said, reversed(areas), strict=True))


@pytest.mark.parametrize("place", [(2.3, 3.1), (0.1, 0.2), (4.9, 5.8), (3.7, 0.4)])
def test_liif_is_its_formula_written_out(place: tuple[float, float]) -> None:
    torch.manual_seed(0)
    function, maps, cell = ImplicitFunction(4, 8, 3, True, True, True), image(1, 4, 5, 6), (0.4, 0.7)
    at, sizes = (torch.tensor(values, dtype=torch.float64) for values in ([[[place]]], [cell]))

    torch.testing.assert_close(plain(function, maps, place, cell), function(maps, at, sizes)[0, :, 0, 0])


@pytest.mark.parametrize("scale", SCALES)
def test_meta_sr_by_a_whole_scale_repeats_the_weights_of_one_pixel(scale: int) -> None:
    torch.manual_seed(0)
    network, lr = MetaRDN(**SMALL["meta_rdn"]), image(1, 3, 5, 6)
    steps = torch.arange(scale) / scale
    said = torch.stack([*torch.meshgrid(steps, steps, indexing="ij"), torch.full((scale, scale), 1 / scale)], dim=-1)
    weights = network.weights(said.flatten(0, 1)).unflatten(1, (-1, 3))
    kernels = weights.movedim(0, -1).permute(1, 2, 0).flatten(0, 1).unflatten(1, (-1, 3, 3))
    made = F.pixel_shuffle(F.conv2d(network.encoder(network.shift(lr)), kernels, padding=1), scale)

    torch.testing.assert_close(network.shift.back(made), network(lr, **places(5, 6, scale)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "options"), [("edsr_liif", {"sees_cell": False}), ("edsr_liif", {})])
def test_liif_reads_the_size_of_a_pixel_unless_it_is_told_not_to(name: str, options: dict[str, Any]) -> None:
    network: nn.Module = build("networks", {"name": name, **SMALL[name], **options})
    at = places(5, 5, 2)
    one, other = (network(image(1, 3, 5, 5), at["coord"], at["cell"] * factor) for factor in (1, 2))

    assert bool(options) is torch.equal(one, other)
