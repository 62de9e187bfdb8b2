"""FEQE and xSRGAN: folding that loses nothing, gates, and what is added to what."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, pixel_unshuffle

from pipeline.blocks.shuffle import pixel_shuffle
from pipeline.networks.feqe import FEQE
from pipeline.networks.xsrgan import XSRGAN, GatedBlock, XUnit
from tests.nets import small
from tests.networks.test_counts import footprint


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def silence(layer: nn.Module) -> None:
    for each in layer.parameters():
        each.zero_()


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_desubpixel_is_the_inverse_of_pixel_shuffle_on_both_sides(factor: int) -> None:
    pixels, maps = image(2, 5, 4 * factor, 3 * factor), image(2, 5 * factor**2, 4, 3)

    assert torch.equal(pixels, pixel_shuffle(pixel_unshuffle(pixels, factor), factor))
    assert torch.equal(maps, pixel_unshuffle(pixel_shuffle(maps, factor), factor))


@pytest.mark.parametrize("size", [(12, 16), (13, 17), (1, 2)])
def test_feqe_without_its_last_convolution_returns_what_it_was_given(size: tuple[int, int]) -> None:
    network = FEQE(4, blocks=1)
    silence(network.tail)

    torch.testing.assert_close(image(1, 3, *size), network(image(1, 3, *size)))


@pytest.mark.parametrize("size", [(13, 17), (16, 23), (1, 9)])
def test_feqe_mirrors_a_size_that_cannot_be_folded_and_crops_it_back(size: tuple[int, int]) -> None:
    network, given = small("feqe"), image(1, 3, *size)
    margins = [(0, 0), (0, 0), (0, -size[0] % 4), (0, -size[1] % 4)]
    whole = torch.from_numpy(np.pad(given.numpy(), margins, mode="symmetric"))

    assert torch.equal(network(whole)[..., : size[0], : size[1]], network(given))


def test_feqe_works_on_a_quarter_of_the_size_around_one_half_in_levels_of_255() -> None:
    network, given = FEQE(4, blocks=2), image(1, 3, 12, 16)
    seen: dict[str, Tensor] = {}
    network.thin.register_forward_pre_hook(lambda _module, read: seen.update(thin=read[0]))
    network.body.register_forward_pre_hook(lambda _module, read: seen.update(body=read[0]))
    network(given)

    torch.testing.assert_close(pixel_unshuffle(255 * (given - 0.5), 2), seen["thin"])
    torch.testing.assert_close(pixel_unshuffle(network.thin(seen["thin"]), 2), seen["body"])
    assert (1, 16, 3, 4) == seen["body"].shape


def test_feqe_adds_what_it_unfolds_to_its_input_and_clips() -> None:
    network, given = small("feqe"), image(1, 3, 12, 16)
    assert isinstance(network, FEQE)
    folded = pixel_unshuffle(network.thin(pixel_unshuffle(255 * (given - 0.5), 2)), 2)
    unfolded = pixel_shuffle(network.tail(pixel_shuffle(network.widen(network.body(folded)), 2)), 2)

    torch.testing.assert_close((given + unfolded / 255).clamp(0, 1), network(given))
    with torch.no_grad():
        network.tail.get_parameter("bias").fill_(1000.0)
    assert torch.equal(torch.ones_like(given), network(given))


def test_xsrgan_without_its_last_convolution_is_bilinear_interpolation() -> None:
    network, given = XSRGAN(4, blocks=1, features=4), image(1, 3, 5, 7)
    silence(network.tail[2])

    assert torch.equal(interpolate(given, scale_factor=4, mode="bilinear", align_corners=False), network(given))


def test_every_block_of_xsrgan_is_its_input_and_a_gated_residual() -> None:
    network, given = small("xsrgan"), image(1, 8, 5, 7)
    block = network.get_submodule("blocks.0")
    assert isinstance(block, GatedBlock)
    first = block.first(given)

    torch.testing.assert_close(given + block.second(first * torch.sigmoid(block.unit.look(first))), block(given))
    silence(block.second)
    assert torch.equal(given, block(given))


@pytest.mark.parametrize("gate", ["sigmoid", "gaussian"])
@pytest.mark.parametrize("unit", ["slim", "rectified", "dense"])
def test_a_gate_weighs_a_map_by_what_the_same_map_is_around(unit: str, gate: str) -> None:
    torch.manual_seed(0)
    xunit, given = XUnit(3, unit, gate), image(1, 3, 9, 10) - 0.5
    looked = {"slim": given, "rectified": given.relu(), "dense": xunit.look[0](given).relu()}[unit]
    around = xunit.look[-1]
    assert isinstance(around, nn.Conv2d)
    seen = conv2d(looked, around.weight, around.bias, padding=3, groups=3)
    weight = torch.exp(-(seen**2)) if gate == "gaussian" else 1 / (1 + torch.exp(-seen))

    torch.testing.assert_close(given * weight, xunit(given))
    assert (3, 1, 7, 7) == around.weight.shape
    assert {"slim": 1, "rectified": 2, "dense": 3}[unit] == len(xunit.look)


def test_a_gate_sees_seven_pixels_of_its_own_map_alone() -> None:
    xunit = XUnit(2, "slim", "sigmoid")
    given = image(1, 2, 15, 15).requires_grad_()
    (gradient,) = torch.autograd.grad(xunit(given)[0, 0, 7, 7], given)
    rows, columns = gradient[0, 0].nonzero().T

    assert (4, 10, 4, 10) == (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max()))
    assert not gradient[0, 1].any()


def test_blocks_of_xsrgan_begin_with_a_tenth_of_he_s_weights_and_without_biases() -> None:
    torch.manual_seed(0)
    block = XSRGAN(2).blocks[0]
    assert isinstance(block, GatedBlock)

    assert pytest.approx(0.1 * (2 / (64 * 9)) ** 0.5, rel=0.05) == float(block.first.weight.detach().std())
    assert block.first.bias is block.second.bias is None


def test_each_block_of_xsrgan_sees_ten_pixels_more() -> None:
    """Two convolutions reach one pixel each, the gate three."""
    none, two = (_seen(XSRGAN(1, blocks=count, features=2)) for count in (0, 2))

    assert two - none == 2 * 10


def _seen(network: XSRGAN) -> int:
    class OnGrey(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, values: Tensor) -> dict[str, Tensor]:
            return {"sr": self.network(values.expand(-1, 3, -1, -1))}

    height, width = footprint(OnGrey(), 41, "sr")
    assert height == width
    return height
