"""What made LR of HR, found again: kernels, noise, spectra."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.filtering import filtered
from pipeline.images.kernels import bell
from pipeline.images.spectra import radial_spectrum, spectrum_distance
from pipeline.images.unmixing import REACH, unmixed

SCALE = 2
SIDE = (2 * REACH + 1) * SCALE


def scene(number: int, side: int = 160) -> NDArray[np.float32]:
    """Return noise of all frequencies (side, side, 1), more of the low ones, as in nature."""
    rng = np.random.default_rng(number)
    white = rng.standard_normal((side, side, 1)).astype(np.float32)
    return np.float32(0.5) + np.float32(0.05) * (white + 4 * filtered(white, bell(9, (2.0, 2.0)), "symmetric"))


def seen(hr: NDArray[np.float32], kernel: NDArray[np.float64], sigma: float, number: int = 9) -> NDArray[np.float32]:
    """Return ``hr`` through a camera: an odd ``kernel`` around the first of each 2 x 2 pixels, and noise."""
    lr = filtered(hr, kernel, "symmetric")[::SCALE, ::SCALE, 0]
    return lr + np.random.default_rng(number).normal(0, sigma, lr.shape).astype(np.float32)


def padded(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``kernel`` where ``unmixed`` looks for it: around the first HR pixel of the middle LR pixel."""
    whole = np.zeros((SIDE, SIDE))
    first = REACH * SCALE - len(kernel) // 2
    whole[first : first + len(kernel), first : first + len(kernel)] = kernel
    return whole


def test_the_kernel_of_a_camera_is_found_in_what_it_saw() -> None:
    kernel = bell(9, (0.9, 1.6), 30.0)
    scenes = [scene(number) for number in range(3)]
    found = unmixed([(hr[..., 0], seen(hr, kernel, 0.0)) for hr in scenes], SCALE)

    assert np.abs(found.kernel - padded(kernel)).max() < 0.01 * kernel.max()
    assert found.kernel.sum() == pytest.approx(1, abs=1e-9)
    assert found.sigma < 1e-3


@pytest.mark.parametrize("sigma", [0.01, 0.04])
def test_the_noise_of_a_camera_is_what_no_kernel_explains(sigma: float) -> None:
    scenes = [scene(number) for number in range(3)]
    pairs = [(hr[..., 0], seen(hr, bell(7, (1.2, 1.2)), sigma, n)) for n, hr in enumerate(scenes)]
    found = unmixed(pairs, SCALE)

    assert found.sigma == pytest.approx(sigma, rel=0.03)
    assert abs(found.correlation) < 0.05


def test_noise_of_flat_places_is_told_from_that_of_busy_ones() -> None:
    hr = scene(1)
    hr[:, : hr.shape[1] // 2] = 0.5 + 0.1 * (hr[:, : hr.shape[1] // 2] - 0.5)
    lr = seen(hr, bell(7, (1.2, 1.2)), 0.0)
    half = lr.shape[1] // 2
    lr[:, :half] = seen(hr, bell(7, (1.2, 1.2)), 0.01)[:, :half]
    lr[:, half:] = seen(hr, bell(7, (1.2, 1.2)), 0.04)[:, half:]
    found = unmixed([(hr[..., 0], lr)], SCALE)

    assert found.flat_sigma == pytest.approx(0.01, rel=0.06)
    assert found.sigma > 0.025


def test_noise_of_neighbours_is_told_from_noise_of_single_pixels() -> None:
    hr = scene(1)
    grain = np.random.default_rng(2).normal(0, 0.1, (80, 80, 1)).astype(np.float32)
    smooth = filtered(grain, bell(5, (1.0, 1.0)), "symmetric")[..., 0]
    found = unmixed([(hr[..., 0], seen(hr, bell(7, (1.2, 1.2)), 0.0) + smooth)], SCALE)

    assert found.correlation > 0.5


def test_images_too_small_to_tell_a_kernel_are_refused() -> None:
    with pytest.raises(ImageError, match="all are smaller"):
        unmixed([(np.zeros((16, 16), np.float32), np.zeros((8, 8), np.float32))], SCALE)


def test_the_spectrum_of_white_noise_is_flat_and_its_level_the_variance() -> None:
    planes = [np.random.default_rng(n).normal(0, 0.1, (256, 200)).astype(np.float32) for n in range(4)]
    spectrum = radial_spectrum(planes)

    assert spectrum.shape == (31,)
    assert np.abs(spectrum - 10 * np.log10(0.01)).max() < 0.7


def test_a_wave_stands_at_its_ring() -> None:
    wave = 0.5 + 0.2 * np.cos(2 * np.pi * 12 / 64 * np.arange(128))
    spectrum = radial_spectrum([np.tile(wave, (128, 1)).astype(np.float32)])

    assert int(spectrum.argmax()) + 1 == 12


def test_the_distance_of_spectra_is_in_decibels_and_zero_to_itself() -> None:
    planes = [scene(3)[..., 0]]
    spectrum = radial_spectrum(planes)
    louder = radial_spectrum([2 * planes[0]])

    assert spectrum_distance(spectrum, spectrum) == 0
    assert spectrum_distance(spectrum, louder) == pytest.approx(20 * np.log10(2))


def test_a_spectrum_needs_an_image_as_large_as_its_window() -> None:
    with pytest.raises(ImageError, match="64x64"):
        radial_spectrum([np.zeros((63, 200), np.float32)])
