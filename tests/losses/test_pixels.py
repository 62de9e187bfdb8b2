"""Losses on pixels: their values on numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from pipeline.blocks.haar import packets
from pipeline.blocks.reduction import reduced_to
from pipeline.errors import LearningError
from pipeline.losses.charbonnier import Charbonnier
from pipeline.losses.l1 import L1
from pipeline.losses.low_pass import LowPass
from pipeline.losses.mse import MSE
from pipeline.losses.pooled import Pooled
from pipeline.losses.total_variation import TotalVariation
from pipeline.losses.wavelet import Wavelet
from pipeline.losses.wavelet_texture import WaveletTexture


def images(*size: int) -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(3)
    return torch.rand(size, generator=chance), torch.rand(size, generator=chance)


def test_charbonnier_is_the_root_of_both_squares() -> None:
    sr, hr = torch.tensor([0.5, 0.0]), torch.tensor([0.5, 0.4])

    assert pytest.approx((0.3 + 0.5) / 2) == float(Charbonnier(0.3)(sr, hr))
    assert pytest.approx(1e-3) == float(Charbonnier()(hr, hr))


@pytest.mark.parametrize("loss", [MSE(), L1(), Charbonnier(0.02)])
def test_several_restorations_of_one_image_lose_the_mean_of_what_each_loses(loss: nn.Module) -> None:
    each, hr = images(2, 5, 9, 11)[0], images(2, 1, 9, 11)[1]
    alone = torch.stack([loss(each[:, number : number + 1], hr) for number in range(5)])

    torch.testing.assert_close(alone.mean(), loss(each, hr))
    assert float(alone.std()) > 1e-4


def test_total_variation_adds_the_mean_step_down_and_the_mean_step_to_the_right() -> None:
    image = torch.tensor([[0.0, 0.3], [0.4, 0.3]]).view(1, 1, 2, 2)
    down, right = (0.4 + 0.0) / 2, (0.3 + 0.1) / 2

    assert pytest.approx(down + right) == float(TotalVariation()(image))


def test_isotropic_total_variation_is_the_length_of_both_steps() -> None:
    image = torch.tensor([[0.0, 0.3], [0.4, 0.9]]).view(1, 1, 2, 2)

    assert pytest.approx(math.hypot(0.4, 0.3)) == float(TotalVariation("isotropic")(image))


def test_total_variation_of_a_flat_image_is_zero_and_teaches_nothing() -> None:
    image = torch.full((1, 3, 4, 4), 0.5, requires_grad=True)
    loss = TotalVariation("isotropic")(image)
    loss.backward()

    assert 0 == float(loss.detach())
    assert image.grad is not None
    assert not bool(image.grad.any())


def test_low_pass_is_the_difference_of_means_that_lie_in_the_image() -> None:
    sr, hr = images(2, 3, 9, 11)
    expected = (avg_pool2d(sr, 5, stride=1) - avg_pool2d(hr, 5, stride=1)).abs().mean()

    torch.testing.assert_close(expected, LowPass()(sr, hr))


def test_low_pass_does_not_see_texture() -> None:
    checks = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).tile(6, 6).expand(1, 3, 12, 12)

    assert float(LowPass(size=3)(checks, 1 - checks)) < 0.12  # 5 of 9 against 4 of 9
    assert pytest.approx(0.2) == float(LowPass()(checks + 0.2, checks))


def test_low_pass_wants_a_patch_that_holds_a_mean() -> None:
    image = torch.rand(1, 3, 5, 7)

    assert 0 == float(LowPass()(image, image))
    with pytest.raises(LearningError, match="5x5 pixels does not fit into patches of 4x7; enlarge `patch`, or lower"):
        LowPass()(image[..., :4, :], image[..., :4, :])


def test_low_pass_reduces_a_truth_that_is_larger() -> None:
    lr, hr = images(1, 3, 8, 9)[0], images(1, 3, 32, 36)[1]

    torch.testing.assert_close(LowPass()(lr, reduced_to(hr, lr)), LowPass()(lr, hr))


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5])
def test_pooled_compares_with_the_means_of_the_pixels_that_become_one(scale: int) -> None:
    lr_made, hr = images(2, 3, 4, 6)[0], images(2, 3, 4 * scale, 6 * scale)[1]
    means = hr.view(2, 3, 4, scale, 6, scale).mean((3, 5))

    torch.testing.assert_close((lr_made - means).square().mean(), Pooled()(lr_made, hr))
    assert float(Pooled()(means, hr)) < 1e-12


def test_wavelet_weighs_the_error_of_the_lowest_packet_apart() -> None:
    sr, hr = images(2, 3, 8, 12)
    errors = packets(sr - hr, 2).square()
    expected = 0.25 * errors[:, :3].mean() + 2.0 * errors[:, 3:].mean()

    torch.testing.assert_close(expected, Wavelet(2, low=0.25, high=2.0)(sr, hr))
    assert pytest.approx(0.01 * (4 * 0.1) ** 2) == float(Wavelet(2)(hr + 0.1, hr))  # brightness is in the lowest alone


def test_wavelet_texture_wants_as_much_energy_as_the_truth_has_in_every_packet_and_place() -> None:
    hr = torch.tensor([[0.0, 1.0], [0.0, 1.0]]).expand(1, 3, 2, 2)  # brighter on the right: 3 channels of 1

    assert pytest.approx(1.2 * 3 / 3) == float(WaveletTexture(1)(torch.full_like(hr, 0.5), hr))  # one of three packets
    assert pytest.approx((1.2 - 0.25) * 3 / 3) == float(WaveletTexture(1)(hr / 2, hr))
    assert 0 == float(WaveletTexture(1)(2 * hr, hr))
    assert pytest.approx(1.2) == float(WaveletTexture(1)(hr.transpose(2, 3), hr))  # of another packet it is no use


def test_wavelet_losses_want_sides_that_can_be_halved() -> None:
    for loss in (Wavelet(3), WaveletTexture(3)):
        with pytest.raises(LearningError, match="images of 12x20 pixels cannot be halved 3 times"):
            loss(*images(1, 3, 12, 20))
