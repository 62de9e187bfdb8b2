"""LapSRN, MS-LapSRN and DBPN: levels that are images, weights that levels share, projections and what each reads."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from pipeline.blocks.pyramid import LEVELS, Doubled
from pipeline.errors import LearningError
from pipeline.fields import FIELDS
from pipeline.kinds import Weighted
from pipeline.losses.charbonnier import Charbonnier
from pipeline.networks.dbpn import DBPN, Projection
from pipeline.networks.lapsrn import LapSRN, Level
from pipeline.networks.ms_lapsrn import MSLapSRN, RecursiveLevel
from pipeline.optimizers.adam import Adam
from pipeline.recipes.paired import Paired
from pipeline.schedules.constant import Constant
from tests.nets import made, small

PYRAMIDS = ["lapsrn", "ms_lapsrn"]
TINY = {"lapsrn": {"layers": 2, "features": 4}, "ms_lapsrn": {"layers": 2, "recursions": 2, "features": 4}}


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


def pyramid(name: str, scale: int) -> nn.Module:
    torch.manual_seed(0)
    return made(name, scale, **TINY[name])


def run(network: nn.Module, lr_y: Tensor) -> dict[str, Tensor]:
    """Return the levels that ``network``, of one scale, makes of ``lr_y``."""
    made_of: dict[str, Tensor] = network(lr_y, *getattr(network, "scales", ()))
    return made_of


@torch.no_grad()
def silenced(network: nn.Module) -> nn.Module:
    """Let every level add a residual of zero."""
    for each in network.modules():
        if isinstance(each, Level | RecursiveLevel):
            each.residual.weight.zero_()
            each.get_parameter("residual.bias").zero_()
    return network


@torch.no_grad()
def as_gain(layer: nn.Module, gain: float) -> None:
    """Make a convolution multiply each map by ``gain``."""
    weight = layer.get_parameter("weight")
    weight.zero_()
    for each in range(len(weight)):
        weight[each, each, weight.shape[2] // 2, weight.shape[3] // 2] = gain
    layer.get_parameter("bias").zero_()


@pytest.mark.parametrize("name", PYRAMIDS)
@pytest.mark.parametrize(("scale", "count"), [(2, 1), (4, 2), (8, 3)])
def test_a_pyramid_returns_the_image_of_every_level_the_largest_first(name: str, scale: int, count: int) -> None:
    found = {field: tuple(each.shape) for field, each in run(pyramid(name, scale), image(2, 1, 3, 5)).items()}
    sizes = [(2, 1, 3 * scale // 2**level, 5 * scale // 2**level) for level in range(count)]

    assert list(zip(LEVELS, sizes, strict=False)) == list(found.items())
    assert {*LEVELS} <= FIELDS.keys()


@pytest.mark.parametrize("name", PYRAMIDS)
def test_without_residuals_every_level_is_the_input_doubled_by_bilinear_interpolation(name: str) -> None:
    given = image(1, 1, 9, 11)
    made = run(silenced(pyramid(name, 8)), given)
    expected = given
    for number, field in enumerate(reversed(LEVELS)):
        expected = interpolate(expected, scale_factor=2, mode="bilinear", align_corners=False)
        inside = (..., slice(2 ** (number + 1), -(2 ** (number + 1))), slice(2 ** (number + 1), -(2 ** (number + 1))))
        torch.testing.assert_close(expected[inside], made[field][inside])


@pytest.mark.parametrize("name", PYRAMIDS)
def test_each_level_is_the_one_below_enlarged_and_its_own_residual(name: str) -> None:
    network, given = small(name, 8), image(1, 1, 5, 6)
    levels = [each for each in network.modules() if isinstance(each, Level | RecursiveLevel)]
    residuals: list[Tensor] = []
    for level in levels:
        level.residual.register_forward_hook(lambda _module, _given, output: residuals.append(output))
    made = run(network, given)
    below = [given, *(made[field] for field in reversed(LEVELS))]

    assert 3 == len(residuals)
    for level, (lower, upper), residual in zip(itertools.cycle(levels), itertools.pairwise(below), residuals):
        torch.testing.assert_close(upper, level.enlarge_image(lower) + residual)


@pytest.mark.parametrize("name", PYRAMIDS)
def test_a_lower_level_learns_nothing_from_what_lies_above_but_its_own_image(name: str) -> None:
    """So the images of a pyramid are made in passing: the half of x4 is what the network of x2 makes."""
    large, less = pyramid(name, 4), pyramid(name, 2)
    less.load_state_dict({key: large.state_dict()[key] for key in less.state_dict()})

    assert torch.equal(run(less, image(1, 1, 5, 6))["sr_y"], run(large, image(1, 1, 5, 6))["sr_half_y"])


def test_lapsrn_has_weights_for_every_level_and_ms_lapsrn_one_set_for_all() -> None:
    own, shared = ({key for key, _ in pyramid(name, 8).named_parameters()} for name in PYRAMIDS)

    assert {0, 1, 2} == {int(key.split(".")[1]) for key in own if key.startswith("levels.")}
    assert shared == {key for key, _ in pyramid("ms_lapsrn", 2).named_parameters()}


def test_one_ms_lapsrn_does_for_each_scale_what_one_of_that_scale_does_and_no_other() -> None:
    torch.manual_seed(0)
    network, given = MSLapSRN((2, 4), 2, 2, 4), image(1, 1, 5, 6)
    for scale in (2, 4):
        alone = MSLapSRN((scale,), 2, 2, 4)
        alone.load_state_dict(network.state_dict())
        assert torch.equal(run(alone, given)["sr_y"], network(given, scale)["sr_y"])

    with pytest.raises(LearningError, match=r"^scale: is 3, but the network knows 2, 4$"):
        network(given, 3)


def test_the_gradient_of_a_shared_weight_is_the_sum_over_recursions_and_levels() -> None:
    """Each use has a copy of its own in an unrolled twin; their gradients add up to the shared one's."""
    shared, given = pyramid("ms_lapsrn", 4).double(), image(1, 1, 4, 5).double()
    run(shared, given)["sr_y"].square().sum().backward()
    level = shared.get_submodule("level")
    keys = [key for key, _ in level.named_parameters()]
    copies = [{key: each.detach().clone().requires_grad_() for key, each in level.named_parameters()} for _ in "ab"]
    features, made = shared.get_submodule("head")(given).detach(), given
    for own in copies:
        features, made = torch.func.functional_call(level, own, (features, made))
    made.square().sum().backward()

    for key in keys:
        of_levels = [own[key].grad for own in copies]
        assert all(each is not None and each.any() for each in of_levels if key != "residual.bias")
        torch.testing.assert_close(sum(of_levels), level.get_parameter(key).grad)


def test_every_recursion_of_ms_lapsrn_adds_to_the_source_of_its_level() -> None:
    level, source = RecursiveLevel(layers=1, recursions=3, features=1), torch.full((1, 1, 1, 1), 5.0)
    as_gain(level.embed[1], 2.0)
    states: list[float] = []
    level.embed.register_forward_hook(lambda _module, given, _output: states.append(float(given[0].detach())))
    level.enlarge_features.register_forward_pre_hook(lambda _module, given: states.append(float(given[0].detach())))
    level(source, source)

    assert [5, 5 + 2 * 5, 5 + 2 * 15, 5 + 2 * 35] == states


def test_activations_of_lapsrn_stand_behind_and_those_of_ms_lapsrn_in_front_of_convolutions() -> None:
    lapsrn, ms_lapsrn = LapSRN(2, 3, 4), MSLapSRN((2,), 3, 2, 4)
    kinds = lambda layers: "".join(type(each).__name__[0] for each in layers)  # noqa: E731  # of three lines

    assert ("CL", 3 * "CL" + "DL") == (kinds(lapsrn.head), kinds(lapsrn.levels[0].embed))
    assert (3 * "LC", "LD") == (kinds(ms_lapsrn.level.embed), kinds(ms_lapsrn.level.enlarge_features))
    assert {0.2} == {each.negative_slope for each in ms_lapsrn.modules() if isinstance(each, nn.LeakyReLU)}
    assert {0.2} == {each.negative_slope for each in lapsrn.modules() if isinstance(each, nn.LeakyReLU)}


@torch.no_grad()
def test_features_are_doubled_with_the_last_row_and_column_cut() -> None:
    doubled, given = Doubled(1), torch.tensor([[[[1.0, 10.0]]]])
    doubled.layer.weight.copy_(torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [5.0, 0.0, 0.0]]))
    doubled.layer.get_parameter("bias").zero_()

    assert [[1, 2, 3 + 10, 20], [0, 0, 0, 0]] == doubled(given)[0, 0].tolist()


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("lapsrn", "head.0.weight", "levels.0.embed.0.weight"), ("ms_lapsrn", "head.weight", "level.embed.1.weight")],
)
def test_pyramids_begin_with_tiny_features_and_he_s_weights_behind_them(name: str, first: str, second: str) -> None:
    torch.manual_seed(0)
    network = made(name, 2)
    head, level = network.get_parameter(first), network.get_parameter(second)

    assert pytest.approx(1e-3, rel=0.1) == float(head.detach().std())
    assert pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.1) == float(level.detach().std())
    assert [] == [key for key, each in network.named_parameters() if key.endswith("bias") and each.any()]


@pytest.mark.parametrize("name", PYRAMIDS)
def test_a_loss_for_each_level_with_the_pixels_it_has_is_the_sum_over_all_pixels(name: str) -> None:
    sizes = {"": 1, "_half": 2, "_quarter": 4}
    losses: dict[str, Weighted[nn.Module]] = {
        f"level{suffix}": Weighted(Charbonnier(), 1 / by**2, {"sr": f"sr{suffix}_y", "hr": f"hr{suffix}_y"})
        for suffix, by in sizes.items()
    }
    recipe = Paired(pyramid(name, 8), losses, Adam(1e-3), Constant())
    truths = {f"hr{suffix}_y": image(2, 1, 24 // by, 32 // by) for suffix, by in sizes.items()}
    batch = {"lr_y": image(2, 1, 3, 4), "scale": torch.tensor(8), **truths}
    restored = recipe.restore(batch)
    apart = [(restored[field] - batch[field.replace("sr", "hr")]).flatten() for field in LEVELS]
    summed = (torch.cat(apart).square() + 1e-6).sqrt().sum() / 2

    assert {"lr_y", "hr_y", "hr_half_y", "hr_quarter_y"} == recipe.reads - {"scale"}
    torch.testing.assert_close(summed / (24 * 32), recipe.judge(batch)["loss"])


@pytest.mark.parametrize("stages", [1, 2, 3, 7])
def test_projections_read_the_newest_maps_first_and_all_of_the_other_size(stages: int) -> None:
    network = DBPN(2, stages, extracted=4, features=2)
    made: dict[str, Tensor] = {}
    read: dict[str, Tensor] = {}

    def remember(key: str, each: nn.Module) -> None:
        def keep(_module: nn.Module, given: tuple[Tensor], output: Tensor) -> None:
            read[key], made[key] = given[0], output

        each.register_forward_hook(keep)

    for side in ("up", "down"):
        for number, each in enumerate(network.get_submodule(side).children()):
            remember(f"{side}.{number}", each)
    remember("head", network.head)
    remember("tail", network.tail)
    network(image(1, 3, 3, 4))

    def newest_first(side: str, count: int) -> Tensor:
        return torch.cat([made[f"{side}.{number}"] for number in reversed(range(count))], dim=1)

    assert torch.equal(made["head"], read["up.0"])
    assert torch.equal(newest_first("up", stages), read["tail"])
    for number in range(1, stages):
        assert torch.equal(newest_first("up", number), read[f"down.{number - 1}"])
        assert torch.equal(newest_first("down", number), read[f"up.{number}"])
    assert 2 * stages - 1 + 2 == len(read)


def test_maps_are_made_one_where_a_projection_reads_several() -> None:
    with torch.device("meta"):
        network = DBPN(4)
    reads = {side: [_width(each) for each in network.get_submodule(side).children()] for side in ("up", "down")}

    assert {"up": [0, 0, 2, 3, 4, 5, 6], "down": [0, 2, 3, 4, 5, 6]} == reads


def _width(unit: nn.Module) -> int:
    """Return how many times 64 maps the 1x1 convolution of a projection reads; 0 where it has none."""
    assert isinstance(unit, Projection)
    widths = [each.in_channels // 64 for each in unit.merge.modules() if isinstance(each, nn.Conv2d)]
    return sum(widths)


@pytest.mark.parametrize("up", [True, False])
def test_a_projection_adds_what_was_lost_on_the_way_back(up: bool) -> None:
    torch.manual_seed(0)
    unit, given = Projection(1, 3, scale=4, up=up), image(1, 3, 8, 12)
    there = unit.there(given)

    torch.testing.assert_close(there + unit.again(unit.back(there) - given), unit(given))
    assert ((1, 3, 32, 48) if up else (1, 3, 2, 3)) == unit(given).shape
    assert unit.there is not unit.again
    unit.back.register_forward_hook(lambda _module, _given, _output: given)
    torch.testing.assert_close(there + unit.again(torch.zeros_like(given)), unit(given))


@pytest.mark.parametrize(("scale", "window"), [(2, (6, 2, 2)), (4, (8, 4, 2)), (8, (12, 8, 2))])
def test_dbpn_projects_by_the_kernels_of_its_scale(scale: int, window: tuple[int, int, int]) -> None:
    with torch.device("meta"):
        layers = [each for unit in (*DBPN(scale).up, *DBPN(scale).down) for each in unit.modules()]  # type: ignore[arg-type]  # a case
    strided = [each for each in layers if isinstance(each, nn.Conv2d | nn.ConvTranspose2d) and each.stride != (1, 1)]

    assert 3 * 13 == len(strided)
    assert {window} == {(each.kernel_size[0], each.stride[0], int(each.padding[0])) for each in strided}
