"""KernelGAN's generator, critic and terms: the published counts, and what a kernel is and stays."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import convolve2d
from torch import Tensor

from pipeline.degradations.learned import Learned
from pipeline.errors import LearningError
from pipeline.images.estimates import composed, kernel_psnr
from pipeline.images.filtering import filtered
from pipeline.images.kernels import Kernel, bell
from pipeline.images.resize import resize
from pipeline.losses.kernel_gan import KernelGAN as Terms
from pipeline.losses.kernel_gan import away_from_bicubic, eccentric, mask
from pipeline.networks.kernel_critic import KernelCritic
from pipeline.networks.kernel_gan import KernelGAN, cleaned
from pipeline.saved import save, weights_of

Image = NDArray[np.float32]
OFF = bell(13, (2.0, 1.0), 30, shift=-1.3)
"""A kernel whose centre is not where it belongs."""


def image(height: int = 30, width: int = 25) -> Image:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


def batch(pixels: NDArray[Any]) -> Tensor:
    return torch.from_numpy(pixels).movedim(-1, 0)[None]


def moments(kernel: Kernel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centre of mass (down, right) and the variances of a kernel."""
    places = np.arange(len(kernel))
    lines = [kernel.sum(axis) / kernel.sum() for axis in (1, 0)]
    centre = np.array([(places * line).sum() for line in lines])
    return centre, np.array([((places - at) ** 2 * line).sum() for at, line in zip(centre, lines, strict=True)])


def of_three(scale: Any = 2) -> tuple[KernelGAN, Kernel]:
    """Return a generator whose layers are three bells, and the kernel that they are together."""
    bells = [bell(7, (1.0, 1.5), 20, shift=0.5), bell(5, (0.5, 0.8), 70), bell(3, (0.4, 0.6), -30)]
    network = KernelGAN(scale, features=1, kept=169)
    ones = [np.ones((1, 1))] * 3
    for layer, weight in zip(network.layers, [*bells, *ones], strict=True):
        layer.get_parameter("weight").data[0, 0] = torch.from_numpy(weight)
    return network, convolve2d(convolve2d(bells[0], bells[1]), bells[2])


def test_the_critic_has_the_parameters_of_the_paper() -> None:
    assert 30_977 == sum(each.numel() for each in KernelCritic().parameters())


def test_the_kernel_is_what_the_layers_are_one_after_the_other() -> None:
    network = KernelGAN(2, features=8)
    pixels = torch.rand(2, 3, 64, 40)
    features = (2 * pixels - 1).flatten(0, 1)[:, None]
    for layer in network.layers:
        features = layer(features)
    made = network(pixels)

    torch.testing.assert_close((features.view(2, 3, 26, 14) + 1) / 2, made["lr"], rtol=1e-4, atol=1e-6)
    assert (2, 13, 13) == made["kernel"].shape


def test_the_kernel_of_known_layers_is_their_convolution() -> None:
    network, expected = of_three()

    np.testing.assert_allclose(network.imitated().detach(), expected, atol=1e-6)


def test_every_layer_learns_from_the_image_and_from_the_kernel() -> None:
    for field in ("lr", "kernel"):
        network = KernelGAN(2, features=8)
        (network(torch.rand(1, 3, 64, 64))[field] ** 2).sum().backward()

        assert [] == [name for name, each in network.named_parameters() if each.grad is None or not each.grad.any()]


@pytest.mark.parametrize("kept", [40, 169])
def test_cleaning_leaves_the_sum_one_and_the_centre_of_mass_between_the_pixels(kept: int) -> None:
    kernel = cleaned(torch.from_numpy(OFF * 0.7), kept).numpy()
    centre, _ = moments(kernel)

    assert float(kernel.sum()) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(centre, 6.5, atol=0.02)


def test_cleaning_keeps_the_shape_of_what_is_large() -> None:
    _, variances = moments(OFF)
    moved = cleaned(torch.from_numpy(OFF), 169).numpy()
    small = cleaned(torch.from_numpy(OFF + 0.001 * np.random.default_rng(0).random((13, 13))), 40).numpy()

    np.testing.assert_allclose(moments(moved)[1], variances, rtol=0.02)
    assert np.abs(small - moved).max() < 0.02
    assert 41 <= np.count_nonzero(np.abs(small) > 1e-7) < 169  # the move spreads the forty


def test_an_image_is_filtered_and_every_second_pixel_taken(tmp_path: Path) -> None:
    network, expected = of_three()
    pixels = image(31, 26)
    by_hand = filtered(pixels, network.kernel(), "symmetric")[::2, ::2][:15, :13]
    degrader = {"name": "kernel_gan", "scale": 2, "features": 1, "kept": 169}
    spec = {"network": {"name": "bicubic", "scale": 2}, "recipe": {"name": "unpaired", "degrader": degrader}}
    save(tmp_path / "model", spec, weights_of({"degrader": network}), {})
    link = Learned(tmp_path / "model")
    drawn = link.draw(np.random.default_rng(0), (31, 26), (15, 13))

    np.testing.assert_allclose(network.kernel(), expected, atol=3e-3)
    np.testing.assert_allclose(link.apply(pixels, drawn), by_hand, atol=1e-5)
    assert (15, 13) == link.after((31, 26), drawn)


def test_reducing_by_four_is_reducing_by_the_composed_kernel() -> None:
    network, _ = of_three(4)
    pixels = image(64, 48)
    kernel = composed(network.kernel())
    by_hand = filtered(pixels, kernel, "symmetric")[::4, ::4]
    with torch.no_grad():
        made = network.eval()(batch(pixels))["lr"][0].movedim(0, -1).numpy()

    assert ((16, 12, 3), (37, 37)) == (made.shape, kernel.shape)
    np.testing.assert_allclose(made[5:-5, 5:-5], by_hand[5:-5, 5:-5], atol=1e-5)
    np.testing.assert_allclose(moments(kernel)[0], 18 + 1.5, atol=1e-3)


def test_the_critic_judges_patches_of_seven_pixels_between_zero_and_one() -> None:
    verdict = KernelCritic(features=8, layers=2)(torch.rand(1, 3, 26, 20))

    assert (1, 1, 20, 14) == verdict.shape
    assert 0 < float(verdict.min().detach()) <= float(verdict.max().detach()) < 1


def test_two_kernels_are_compared_on_the_grid_of_the_true_one() -> None:
    true = bell(13, (1.0, 2.0), 30)
    near = true.copy()
    near[6, 6] += 0.13

    assert np.isinf(kernel_psnr(true, true))
    assert np.isinf(kernel_psnr(np.pad(true, 2), true))
    assert kernel_psnr(true, np.pad(near, 4)) == pytest.approx(40, abs=1e-3)  # 0.13 squared, over 169 pixels: 1e-4


def bicubic_kernel() -> Tensor:
    """Return the kernel (13, 13) of MATLAB's bicubic at half the size, found with an impulse."""
    impulse = np.zeros((26, 26, 1), np.float64)
    rows = []
    for row in range(13):
        impulse[:] = 0
        impulse[6 + row] = 1
        rows.append(resize(impulse, (13, 13))[6, 6, 0])
    return torch.from_numpy(np.outer(rows, rows)).float()


def test_what_bicubic_makes_is_no_distance_from_bicubic() -> None:
    pixels = image(64, 50)
    reduced = batch(resize(pixels, (32, 25)))[..., 3:29, 3:22]

    assert float(away_from_bicubic(batch(pixels), reduced)) == pytest.approx(0, abs=1e-10)
    assert float(away_from_bicubic(batch(pixels), reduced + 0.5)) == pytest.approx(1, abs=1e-5)  # black is -1


def test_the_mask_of_the_boundary_is_nothing_inside_and_rises_to_the_corners() -> None:
    weights = mask(13)

    assert 0 == float(weights[2:11, 2:11].abs().max())
    assert float(weights[0, 0]) == pytest.approx(30 * (1 - np.exp(-36 / 169)), rel=1e-5)
    assert torch.equal(weights, weights.flip(0, 1))


def test_a_kernel_is_centred_between_the_two_pixels_that_become_one() -> None:
    assert float(eccentric(bicubic_kernel())) == pytest.approx(0, abs=1e-8)
    assert float(eccentric(bicubic_kernel().roll(1, 0))) == pytest.approx(0.5, abs=1e-5)


def told(terms: Terms, near: bool = True) -> float:
    pixels = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    made = batch(resize(pixels[0].movedim(0, -1).numpy(), (32, 32)))[..., 3:29, 3:29]
    return float(terms(bicubic_kernel()[None], pixels, made if near else made + 0.2))


def weight_of(terms: Terms) -> float:
    return float(terms.get_buffer("bicubic"))


def test_the_bicubic_term_fades_and_the_others_come_in() -> None:
    terms = Terms(every=5)
    weights, values = [], []
    for step in range(25):
        values.append(told(terms, near=step not in (1, 2)))
        weights.append(weight_of(terms))

    assert [5.0] * 10 + [0.05] * 5 + [5e-4] * 5 + [5e-6] * 5 == pytest.approx(weights)
    assert values[0] == pytest.approx(values[14], abs=1e-6)
    assert values[16] > values[14] + 0.5  # sparse and centred, from the step after the weight fell below 5e-3


def test_judging_is_no_step() -> None:
    terms = Terms(every=1).eval()
    values = {told(terms) for _ in range(8)}

    assert (1, 5.0) == (len(values), weight_of(terms))


def test_the_count_survives_a_kill() -> None:
    whole, first, second = Terms(every=3), Terms(every=3), Terms(every=3)
    expected = [told(whole) for _ in range(14)]
    begun = [told(first) for _ in range(7)]
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second.load_state_dict(torch.load(file, weights_only=True))

    assert expected == begun + [told(second) for _ in range(7)]
    assert weight_of(whole) < 1e-3


def test_a_patch_that_the_kernel_does_not_fit_into_is_told() -> None:
    assert (1, 3, 1, 1) == KernelGAN(2, features=2)(torch.rand(1, 3, 13, 14))["lr"].shape
    with pytest.raises(
        LearningError, match="kernel of 13x13 pixels does not fit into patches of 12x64; enlarge `patch`"
    ):
        KernelGAN(2, features=2)(torch.rand(1, 3, 12, 64))


def test_an_image_that_another_kernel_made_is_told() -> None:
    with pytest.raises(LearningError, match=r"64x64 pixels must become 26x26 .* not 32x32"):
        Terms()(bicubic_kernel(), torch.rand(1, 3, 64, 64), torch.rand(1, 3, 32, 32))
