"""The networks of the literature: parameters to the last one, and how their layers are wired."""

from collections.abc import Mapping
from typing import Any, Literal

import pytest
import torch
from torch import nn
from torch.nn.functional import pixel_shuffle

from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.upsample import SubPixelUpsampler
from pipeline.errors import LearningError
from pipeline.lookup import build, fields_read
from pipeline.networks.cnf import CNF
from pipeline.networks.edsr import EDSR
from pipeline.networks.espcn import ESPCN
from pipeline.networks.fsrcnn import FSRCNN
from pipeline.networks.srcnn import SRCNN
from pipeline.networks.vdsr import VDSR
from tests.nets import RESTORERS, full

FULL = {"blocks": 32, "features": 256, "scaling": 0.1}
NON_LOCAL = 64 * 96 + 96 + 32 * 64 + 64
"""Parameters of a non-local block of 64 features: three embeddings of half as many, and what restores them."""
BASELINE = {"separation": "none"}
BASELINES = {3: 889_795, 5: 2_462_659, 7: 4_821_955, 9: 7_967_683, 11: 11_899_843}
"""Parameters of LRFNet's baseline by the size of its kernels."""
SEPARATIONS = {3: 299_971, 5: 496_579, 7: 693_187, 9: 889_795, 11: 1_086_403}
"""Parameters of LRFNet-S by the length of its kernels, whatever the scheme."""


@pytest.mark.parametrize(
    ("name", "options", "scale", "count"),
    [
        ("srcnn", {"kernels": [9, 1, 5]}, 2, 8_129),
        ("srcnn", {"kernels": [9, 3, 5]}, 3, 24_513),
        ("srcnn", {"kernels": [9, 5, 5]}, 4, 57_281),
        ("srcnn", {}, 4, 8_129),
        ("srcnn_rgb", {"kernels": [9, 1, 5]}, 2, 20_099),
        ("srcnn_rgb", {"kernels": [9, 3, 5]}, 3, 36_483),
        ("srcnn_rgb", {"kernels": [9, 5, 5]}, 4, 69_251),
        ("espcn", {}, 2, 21_284),
        ("espcn", {}, 3, 22_729),
        ("espcn", {}, 4, 24_752),
        ("espcn", {}, 8, 38_624),
        ("fsrcnn", {}, 2, 12_809),
        ("fsrcnn", {}, 3, 12_809),
        ("fsrcnn", {}, 4, 12_809),
        ("fsrcnn", {"features": 32, "shrunk": 5, "mappings": 1}, 3, 4_086),
        ("edsr", {}, 2, 1_369_859),
        ("edsr", {}, 3, 1_554_499),
        ("edsr", {}, 4, 1_517_571),
        ("edsr", {}, 8, 1_369_859 + 2 * (64 * 256 * 9 + 256)),
        ("edsr", FULL, 2, 40_729_603),
        ("edsr", FULL, 3, 43_680_003),
        ("edsr", FULL, 4, 43_089_923),
        ("edsr_pp", {}, 2, 1_369_859 + 77_952),
        ("edsr_pp", {}, 3, 1_554_499 + 77_952),
        ("edsr_pp", {}, 4, 1_517_571 + 77_952),
        ("edsr_non_local", {}, 2, 1_369_859 + 2 * NON_LOCAL),
        ("edsr_non_local", {}, 4, 1_517_571 + 2 * NON_LOCAL),
        ("srdensenet", {}, 4, 2_659_585),
        ("srresnet", {}, 4, 1_550_659),
        ("msrresnet", {}, 4, 1_517_571),
        ("idn", {}, 2, 552_769),
        ("idn", {}, 3, 552_769),
        ("idn", {}, 4, 552_769),
        ("rcan", {}, 2, 15_444_643),
        ("rcan", {}, 3, 15_629_283),
        ("rcan", {}, 4, 15_592_355),
        ("rcan", {}, 8, 15_740_067),
        ("msrn", {}, 2, 5_930_307),
        ("msrn", {}, 3, 6_114_947),
        ("msrn", {}, 4, 6_078_019),
        ("mdsr", {"scales": [2, 3, 4]}, None, 3_227_203),
        ("mdsr", {"scales": [2, 3, 4], "blocks": 80}, None, 7_953_987),
        ("carn", {"scales": [2, 3, 4]}, None, 1_591_939),
        ("carn", {"scales": [2]}, None, 964_163),
        ("carn", {"scales": [3]}, None, 1_148_803),
        ("carn", {"scales": [4]}, None, 1_111_875),
        ("carn_m", {"scales": [2, 3, 4]}, None, 414_787),
        ("carn_m", {"scales": [2]}, None, 257_027),
        ("carn_m", {"scales": [3]}, None, 303_427),
        ("carn_m", {"scales": [4]}, None, 294_147),
        ("rdn", {}, 2, 22_123_395),
        ("rdn", {}, 3, 22_308_035),
        ("rdn", {}, 4, 22_271_107),
        ("rdn", {"blocks": 20, "layers": 6, "growth": 32}, 2, 5_541_795),
        ("meta_rdn", {}, None, 22_419_072),
        ("edsr_liif", {}, None, 1_567_299),
        ("rdn_liif", {}, None, 22_320_835),
        ("vdsr", {}, 4, 665_921),
        ("lrfnet", {}, 4, 889_795),
        *[("lrfnet", {**BASELINE, "kernel": kernel}, 4, count) for kernel, count in BASELINES.items()],
        *[
            ("lrfnet", {"separation": scheme, "kernel": kernel}, 8, count)
            for scheme in "ABCD"
            for kernel, count in SEPARATIONS.items()
        ],
        ("lrfnet", {**BASELINE, "kernel": 3, "rates": [1, 4, 8]}, 8, 889_795),
        ("dwsr", {}, 4, 373_956),
        ("mwcnn", {}, 4, 16_145_892),
        ("cnf", {}, 4, 338_335),
        ("cnf", {"depths": [12, 14, 16], "fuses": "features"}, 4, 504_996),
        ("drcn", {}, 4, 1_775_121),
        ("red", {}, 4, 1_035_201),
        ("red", {"layers": 10}, 4, 665_921),
        ("red", {"layers": 5, "step": None}, 4, 296_641),
        ("red", {"features": 128}, 4, 4_134_785),
        ("drrn", {}, 4, 297_216 + 13_058),
        ("drrn", {"recursions": 9}, 4, 297_216 + 4_866),
        ("memnet", {}, 4, 676_992 + 17_282 + 6),
        ("lapsrn", {}, 2, 407_441),
        ("lapsrn", {}, 4, 814_242),
        ("lapsrn", {}, 8, 667_123),
        ("lapsrn", {"layers": 10}, 8, 1_221_043),
        *[("ms_lapsrn", {"scales": scales}, None, 222_801) for scales in ([2], [4], [8], [2, 4, 8])],
        ("dbpn", {}, 2, 5_953_526),
        ("dbpn", {}, 4, 10_426_358),
        ("dbpn", {}, 8, 23_205_878),
        ("dbpn", {"stages": 10}, 2, 8_811_086),
        ("dbpn", {"stages": 10}, 4, 15_348_302),
        ("dbpn", {"stages": 10}, 8, 34_026_062),
        ("feqe", {}, 4, 96_464),
        ("xsrgan", {}, 1, 815_875),
        ("xsrgan", {}, 4, 815_875 + 2 * (64 * 9 * 256 + 256)),
        ("xsrgan", {"unit": "dense"}, 1, 815_875 + 10 * (64 * 64 + 64)),
        ("low_to_high", {}, 4, 15_478_019),
        ("high_to_low", {}, 4, 1_529_987),
        ("dsgan", {}, 4, 594_380),
        ("zssr", {}, 4, 224_640),
        ("kernel_gan", {}, 2, 150_656),
        ("scsr", {"patch": 5}, 2, 1024 * (25 * 4) + 1024 * 25),
        ("scsr", {}, 3, 1024 * (36 * 4) + 1024 * 81),
        ("bicubic", {}, 4, 0),
        ("bicubic_luma", {}, 4, 0),
    ],
)
def test_the_parameters_are_those_of_the_paper(
    name: str, options: Mapping[str, Any], scale: int | None, count: int
) -> None:
    sized = {"scale": scale} if scale else {}
    with torch.device("meta"):
        network: nn.Module = build("networks", {"name": name, **sized, **options})

    assert count == sum(each.numel() for each in network.parameters())


@pytest.mark.parametrize("name", [each for each in RESTORERS if {"ilr", "ilr_y"} & {*fields_read("networks", each)}])
def test_a_network_on_enlarged_images_has_as_many_parameters_at_every_scale(name: str) -> None:
    counts = {sum(each.numel() for each in full(name, scale).parameters()) for scale in (2, 3, 4, 8)}

    assert 1 == len(counts)


@pytest.mark.parametrize(("kernels", "weights"), [((9, 1, 5), 8_032), ((9, 3, 5), 24_416), ((9, 5, 5), 57_184)])
def test_srcnn_without_its_biases_has_the_weights_that_the_paper_prints(
    kernels: tuple[int, int, int], weights: int
) -> None:
    assert weights == sum(each.numel() for each in SRCNN(2, kernels).parameters() if each.dim() > 1)


@pytest.mark.parametrize(("options", "weights"), [((56, 12, 4), 12_464), ((32, 5, 1), 3_937)])
def test_fsrcnn_without_biases_and_slopes_has_the_weights_that_the_paper_prints(
    options: tuple[int, int, int], weights: int
) -> None:
    assert weights == sum(each.numel() for each in FSRCNN(3, *options).parameters() if each.dim() > 1)


@pytest.mark.parametrize(("depths", "weights"), [((7, 9, 11), 337_467), ((11, 13, 15), 448_059)])
def test_cnf_without_its_biases_has_the_weights_that_are_quoted(depths: tuple[int, ...], weights: int) -> None:
    assert weights == sum(each.numel() for each in CNF(3, depths).parameters() if each.dim() > 1)


def test_cnf_makes_as_many_products_for_a_pixel_as_carn_s_table_says() -> None:
    weights = sum(each.numel() for each in CNF(3).parameters() if each.dim() > 1)

    assert pytest.approx(311.0, abs=0.05) == weights * 1280 * 720 / 1e9


def footprint(network: nn.Module, size: int, field: str = "sr_y", channel: int = 0) -> tuple[int, int]:
    """Return height and width, in input pixels, of what one output pixel in the middle depends on."""
    network.double().eval()  # of dozens of layers a float has no digit for what comes from afar
    values = torch.full((1, 1, size, size), 0.01, dtype=torch.float64, requires_grad=True)
    for key, each in network.named_parameters():
        nn.init.constant_(each, 0.1 if key.endswith("weight") else 0.0)
    output = network(values)[field]
    middle = output.shape[-1] // 2
    (gradient,) = torch.autograd.grad(output[0, channel, middle, middle], values)
    rows, columns = gradient[0, 0].nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def test_vdsr_without_its_biases_has_the_weights_that_the_paper_prints() -> None:
    assert 664_704 == sum(each.numel() for each in VDSR(2).parameters() if each.dim() > 1)


def test_vdsr_sees_forty_one_pixels() -> None:
    assert (41, 41) == footprint(VDSR(2), 61)


def test_vdsr_adds_what_it_learns_to_what_it_was_given() -> None:
    network = VDSR(2, layers=3, features=4)
    nn.init.zeros_(network.layers[-1].get_parameter("weight"))
    image = torch.rand(1, 1, 9, 9)

    torch.testing.assert_close(image, network(image)["sr_y"], rtol=0, atol=0)


@pytest.mark.parametrize(("kernels", "left"), [((9, 1, 5), 21), ((9, 3, 5), 19), ((9, 5, 5), 17)])
def test_srcnn_sees_what_the_paper_loses_at_the_border(kernels: tuple[int, int, int], left: int) -> None:
    seen = 33 - left + 1  # without padding, the paper's 33x33 patches shrink to `left`

    assert (seen, seen) == footprint(SRCNN(2, kernels), 33)


@pytest.mark.parametrize("scale", [2, 3])
def test_espcn_sees_nine_by_nine_lr_pixels(scale: int) -> None:
    assert (9, 9) == footprint(ESPCN(scale), 15)


@pytest.mark.parametrize(("mappings", "seen"), [(4, 15), (1, 9)])
def test_fsrcnn_sees_as_many_lr_pixels_as_its_layers_reach(mappings: int, seen: int) -> None:
    assert (seen, seen) == footprint(FSRCNN(3, mappings=mappings), 25)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_fsrcnn_spreads_an_lr_pixel_over_nine_by_nine_hr_pixels_around_its_own(scale: int) -> None:
    enlarge = FSRCNN(scale).enlarge
    impulse = torch.zeros(1, 56, 9, 9)
    impulse[0, 0, 4, 4] = 1
    output = enlarge(impulse)[0, 0]

    centre = 4 * scale
    torch.testing.assert_close(enlarge.weight[0, 0], output[centre - 4 : centre + 5, centre - 4 : centre + 5])
    assert 81 == int((output != 0).sum())


def test_fsrcnn_has_a_slope_for_every_channel_behind_every_convolution() -> None:
    slopes = [layer.weight.numel() for layer in FSRCNN(3).modules() if isinstance(layer, nn.PReLU)]

    assert [56, 12, 12, 12, 12, 12, 56] == slopes


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_espcn_lays_its_last_feature_maps_out_row_by_row(scale: int) -> None:
    network = ESPCN(scale, (4, 4))
    phases = torch.arange(scale**2, dtype=torch.float32)
    nn.init.zeros_(network.enlarge.weight)
    with torch.no_grad():
        network.enlarge.get_parameter("bias").copy_(phases)
        output = network(torch.rand(1, 1, 5, 6))["sr_y"]

    assert torch.equal(phases.view(scale, scale).tile(5, 6)[None, None], output)
    assert torch.equal(pixel_shuffle(phases.view(1, -1, 1, 1).expand(1, -1, 5, 6), scale), output)


def test_espcn_squashes_both_feature_maps_and_leaves_its_output_free() -> None:
    network = ESPCN(2, (4, 4))
    for layer in (network.extract, network.map, network.enlarge):
        nn.init.constant_(layer.get_parameter("weight"), 100.0)
    nn.init.zeros_(network.enlarge.get_parameter("bias"))
    inside = network(torch.ones(1, 1, 8, 8))["sr_y"].detach()[..., 4:-4, 4:-4]

    torch.testing.assert_close(torch.full((1, 1, 8, 8), 4 * 9 * 100.0), inside)


@pytest.mark.parametrize("kernels", [(9, 1, 5), (9, 5, 5)])
def test_srcnn_starts_from_the_normal_weights_and_zero_biases_of_the_paper(kernels: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    parameters = dict(SRCNN(3, kernels).named_parameters())
    weights = torch.cat([each.detach().flatten() for key, each in parameters.items() if key.endswith("weight")])
    biases = torch.cat([each.detach() for key, each in parameters.items() if key.endswith("bias")])

    assert 0 == float(biases.abs().max())
    assert abs(float(weights.mean())) < 5e-5
    assert pytest.approx(1e-3, rel=0.03) == float(weights.std())
    assert pytest.approx(0.6827, abs=0.02) == float((weights.abs() < 1e-3).float().mean())  # of a uniform one 0.577


@pytest.mark.parametrize("name", ["extract", "map", "reconstruct"])
def test_every_layer_of_srcnn_starts_with_the_same_deviation(name: str) -> None:
    torch.manual_seed(0)
    weight = SRCNN(3, (9, 5, 5)).get_parameter(f"{name}.weight").detach()

    assert pytest.approx(1e-3, rel=0.1) == float(weight.std())


def test_srcnn_starts_from_the_weights_of_torch_when_no_deviation_is_given() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(1, 64, 9)
    torch.manual_seed(0)

    assert torch.equal(layer.weight, SRCNN(2, deviation=None).extract.weight)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_edsr_without_its_body_is_head_upsampling_and_tail(scale: Literal[2, 3, 4]) -> None:
    network = EDSR(scale, blocks=2, features=8)
    last = network.body[-1]
    assert isinstance(last, nn.Conv2d)
    for each in last.parameters():
        nn.init.zeros_(each)
    lr = torch.rand(2, 3, 5, 7)
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1)
    with torch.no_grad():
        expected = network.tail(network.upsample(network.head((lr - mean) * 255))) / 255 + mean
        output = network(lr)

    torch.testing.assert_close(expected, output, rtol=0, atol=1e-6)


def test_edsr_gives_the_mean_colour_when_its_tail_is_silent() -> None:
    network = EDSR(2, blocks=1, features=4)
    for each in network.tail.parameters():
        nn.init.zeros_(each)
    output = network(torch.rand(1, 3, 4, 4)).detach()

    torch.testing.assert_close(torch.tensor([0.4488, 0.4371, 0.4040]), output.mean(dim=(0, 2, 3)))
    assert 0 == float(output.std(dim=(2, 3)).max())


def test_sub_pixel_upsampling_refuses_a_scale_it_cannot_shuffle() -> None:
    with pytest.raises(LearningError, match="knows 1, 2, 3, 4 and 8, not 5"):
        SubPixelUpsampler(4, 5)


def test_edsr_at_scale_one_keeps_the_size() -> None:
    assert (1, 3, 5, 6) == EDSR(1, blocks=1, features=4)(torch.rand(1, 3, 5, 6)).shape


def test_edsr_reaches_eight_by_doubling_three_times() -> None:
    network = EDSR(8, blocks=1, features=4)

    assert (1, 3, 40, 48) == network(torch.rand(1, 3, 5, 6)).shape


def test_a_residual_block_that_adds_nothing_is_the_identity() -> None:
    block = ResidualBlock(4, scaling=1.0)
    for each in block.second.parameters():
        nn.init.zeros_(each)
    features = torch.randn(2, 4, 5, 6)

    assert torch.equal(features, block(features))


def test_a_residual_is_scaled_and_has_no_activation_behind_it() -> None:
    block = ResidualBlock(4, scaling=0.1)
    features = torch.randn(2, 4, 5, 6)
    with torch.no_grad():
        residual = block.second(block.first(features).clamp(min=0))
        output = block(features)

    assert float(output.min()) < 0
    torch.testing.assert_close(0.1 * residual, output - features, rtol=1e-4, atol=1e-6)
