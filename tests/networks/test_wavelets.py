"""DWSR, MWCNN and Wavelet-SRNet: what they add to what, sizes that do not divide, and the grid that they see."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipeline.blocks.haar import haar, inverse_haar, packets
from pipeline.networks.dwsr import DWSR
from pipeline.networks.mwcnn import MWCNN
from pipeline.networks.wavelet_srnet import Residual, WaveletSRNet
from tests.nets import small

MULTIPLES = {"dwsr": 2, "mwcnn": 8}


def luma(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(1))


def restored(network: nn.Module, given: Tensor) -> Tensor:
    made: Tensor = network(given)["sr_y"].detach()
    return made


def silence(layers: nn.Module) -> None:
    """Zero the last convolution in ``layers``."""
    *_, last = (each for each in layers.modules() if isinstance(each, nn.Conv2d))
    for each in last.parameters():
        nn.init.zeros_(each)


def kinds(layers: nn.Module) -> str:
    return "".join(type(each).__name__[0] for each in layers.children())


def widths(layers: nn.Module) -> list[int]:
    """Return the feature maps before, between and behind the convolutions."""
    found = [each for each in layers.children() if isinstance(each, nn.Conv2d)]
    return [found[0].in_channels, *(each.out_channels for each in found)]


@pytest.mark.parametrize("size", [(13, 17), (16, 24), (1, 1)])
def test_dwsr_without_its_last_convolution_returns_what_it_was_given(size: tuple[int, int]) -> None:
    network = DWSR(2, layers=3, features=4)
    silence(network.layers)

    torch.testing.assert_close(luma(*size), restored(network, luma(*size)))


@pytest.mark.parametrize("size", [(13, 17), (16, 24), (1, 1)])
def test_mwcnn_without_its_last_convolution_returns_what_it_was_given(size: tuple[int, int]) -> None:
    network = MWCNN(2, widths=(4, 4, 4), layers=2)
    silence(network.up[0])

    assert torch.equal(luma(*size), restored(network, luma(*size)))


def test_dwsr_adds_to_each_sub_band_what_its_convolutions_make_of_all() -> None:
    network, given = small("dwsr"), luma(12, 14)
    assert isinstance(network, DWSR)
    bands = haar(given)

    torch.testing.assert_close(inverse_haar(bands + network.layers(bands)).detach(), restored(network, given))


def test_dwsr_has_the_layers_of_the_paper() -> None:
    with torch.device("meta"):
        layers = DWSR(2).layers

    assert 11 * "CR" + "C" == kinds(layers)
    assert [4, *[64] * 11, 4] == widths(layers)


def test_mwcnn_adds_what_each_transform_was_made_of_to_what_it_returns() -> None:
    network, given = MWCNN(2, widths=(5, 6, 7), layers=2), luma(16, 24)
    first = network.down[0](haar(given))
    second = network.down[1](haar(first))
    third = network.down[2](haar(second))
    back = inverse_haar(network.up[2](third)) + second
    back = inverse_haar(network.up[1](back)) + first
    back = inverse_haar(network.up[0](back)) + given

    torch.testing.assert_close(back.detach(), restored(network, given))


@pytest.mark.parametrize("cut", [1, 2])
def test_what_mwcnn_keeps_above_passes_where_the_way_below_is_cut(cut: int) -> None:
    """So the features that a transform was made of are those that come back, and reach the output."""
    network, given = MWCNN(2, widths=(5, 6, 7), layers=2), luma(16, 24)
    features, above = given, []
    for down in network.down:
        above.append(features)
        features = down(haar(features))
    silence(network.up[cut])
    back = above[cut]
    for number in reversed(range(cut)):
        back = inverse_haar(network.up[number](back)) + above[number]

    torch.testing.assert_close(back.detach(), restored(network, given))
    assert not torch.equal(given, restored(network, given))


def test_mwcnn_has_the_layers_of_its_authors() -> None:
    with torch.device("meta"):
        network = MWCNN(2)

    assert 3 * [4 * "CR"] == [kinds(each) for each in network.down]
    assert ["CRCRCRC", 4 * "CR", 4 * "CR"] == [kinds(each) for each in network.up]
    assert [[4, *[160] * 4], [640, *[256] * 4], [1024, *[256] * 4]] == [widths(each) for each in network.down]
    assert [[*[160] * 4, 4], [*[256] * 4, 640], [*[256] * 4, 1024]] == [widths(each) for each in network.up]


@pytest.mark.parametrize("name", MULTIPLES)
@pytest.mark.parametrize("size", [(13, 17), (16, 23), (1, 9)])
def test_a_size_that_cannot_be_halved_is_mirrored_below_and_on_the_right(name: str, size: tuple[int, int]) -> None:
    network, multiple, (height, width) = small(name), MULTIPLES[name], size
    margins = [(0, 0), (0, 0), (0, -height % multiple), (0, -width % multiple)]
    whole = torch.from_numpy(np.pad(luma(*size).numpy(), margins, mode="symmetric"))
    expected = restored(network, whole)[..., :height, :width]

    assert torch.equal(expected, restored(network, luma(*size)))


@pytest.mark.parametrize("name", MULTIPLES)
def test_an_image_moved_on_the_grid_is_restored_alike_and_off_the_grid_otherwise(name: str) -> None:
    network, multiple = small(name), MULTIPLES[name]
    image = luma(96 + multiple, 96)
    first = restored(network, image[..., :96, :])
    on, off = (restored(network, image[..., lines : 96 + lines, :]) for lines in (multiple, multiple // 2))
    middle = slice(40, 56)

    torch.testing.assert_close(first[..., 40 + multiple : 56 + multiple, :], on[..., middle, :])
    moved = 40 + multiple // 2
    assert not torch.allclose(first[..., moved : moved + 16, :], off[..., middle, :])


@pytest.mark.parametrize(("scale", "counts"), [(2, [1, 3]), (4, [1, 3, 12]), (8, [1, 3, 12, 48])])
def test_the_packets_of_what_wavelet_srnet_makes_are_what_its_heads_say(
    scale: Literal[2, 4, 8], counts: list[int]
) -> None:
    torch.manual_seed(0)
    network, given = WaveletSRNet(scale, widths=(4, 5), blocks=1, features=2).eval(), torch.rand(1, 3, 3, 5)
    embedded = network.embed(given)
    said = [each(embedded) for each in network.heads]

    assert [3 * count for count in counts] == [each.shape[1] for each in said]
    torch.testing.assert_close(torch.cat(said, dim=1), packets(network(given), len(counts) - 1))


def test_a_head_of_wavelet_srnet_keeps_its_packets_apart_behind_a_convolution_over_all() -> None:
    with torch.device("meta"):
        heads = WaveletSRNet(8).heads
    found = [
        [(each.in_channels, each.out_channels, each.groups) for each in one.modules() if isinstance(each, nn.Conv2d)]
        for one in heads
    ]

    for count, layers in zip([1, 3, 12, 48], found, strict=True):
        narrow, wide = 32 * count, 64 * count
        first = [(1024, narrow, 1), (narrow, narrow, count), (1024, narrow, 1)]
        second = [(narrow, wide, count), (wide, wide, count), (narrow, wide, count)]
        assert [*first, *second, (wide, 3 * count, count)] == layers


def test_wavelet_srnet_begins_as_dark_as_it_is_told() -> None:
    given, made = torch.rand(2, 3, 4, 4), []
    for begins in (1.0, 0.25):
        torch.manual_seed(2)
        made.append(WaveletSRNet(4, (8,), 1, 8, begins)(given))

    torch.testing.assert_close(made[0] / 4, made[1])


def test_the_embedding_of_wavelet_srnet_doubles_its_width_from_stage_to_stage() -> None:
    with torch.device("meta"):
        embed = WaveletSRNet(8).embed
    stages = [each.second.out_channels for each in embed if isinstance(each, Residual)]

    assert [64, 64, 128, 128, 256, 256, 512, 512, 1024, 1024] == stages
    assert "CBR" == kinds(embed)[:3]


def test_a_block_of_wavelet_srnet_adds_its_input_before_the_second_normalisation() -> None:
    torch.manual_seed(0)
    block, given = Residual(2, 3).eval(), torch.rand(1, 2, 5, 6)
    block.second_norm.running_mean = torch.tensor([0.1, -0.2, 0.3])
    inside = block.second(block.first_norm(block.first(given)).relu()) + block.identity(given)

    torch.testing.assert_close(block.second_norm(inside).relu(), block(given))
    assert isinstance(Residual(3, 3).identity, nn.Identity)
