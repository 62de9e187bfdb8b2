"""Filtering equals the plain sum, whatever the way, the border and the size."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import correlate

from pipeline.images.filtering import Border, filtered
from pipeline.images.kernels import bell, line

SCIPY = {"reflect": "mirror", "symmetric": "reflect", "replicate": "nearest", "circular": "wrap", "zero": "constant"}


def image(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).random(shape, np.float32)


def plain(given: NDArray[np.float32], kernel: NDArray[np.float32], border: Border) -> NDArray[np.float32]:
    planes = [correlate(given[..., each], kernel, mode=SCIPY[border]) for each in range(given.shape[-1])]
    return np.stack(planes, axis=-1)


@pytest.mark.parametrize("border", get_args(Border))
@pytest.mark.parametrize("size", [1, 3, 11, 13, 21])
@pytest.mark.parametrize("shape", [(30, 41, 3), (26, 23, 1)])
def test_filtering_is_correlation(border: Border, size: int, shape: tuple[int, ...]) -> None:
    kernel = np.random.default_rng(2).random((size, size), np.float32) - 0.3
    kernel /= np.abs(kernel).sum()

    assert np.allclose(plain(image(*shape), kernel, border), filtered(image(*shape), kernel, border), atol=2e-6)


@pytest.mark.parametrize("border", get_args(Border))
@pytest.mark.parametrize("sigma", [0.3, 1.2, 8.0])
def test_a_line_is_its_outer_product(border: Border, sigma: float) -> None:
    side = line(21, sigma, 0.5)

    assert np.allclose(
        plain(image(30, 41, 3), np.outer(side, side), border), filtered(image(30, 41, 3), side, border), atol=2e-6
    )


@pytest.mark.parametrize("size", [11, 13, 33])
def test_an_image_smaller_than_the_kernel_is_filtered_too(size: int) -> None:
    kernel = bell(size, (4.0, 2.0), 30)

    assert np.allclose(
        plain(image(5, 7, 3), kernel, "symmetric"), filtered(image(5, 7, 3), kernel, "symmetric"), atol=2e-6
    )


def test_rings_that_weigh_nothing_may_go_but_one_tap_far_out_may_not() -> None:
    kernel = np.zeros((21, 21), np.float32)
    kernel[0, 3] = kernel[10, 10] = 0.5

    assert np.allclose(plain(image(40, 40, 1), kernel, "zero"), filtered(image(40, 40, 1), kernel, "zero"), atol=1e-6)


def test_the_frames_of_a_clip_are_filtered_one_by_one() -> None:
    clip, kernel = image(2, 30, 20, 3), bell(13, (2.0, 1.0), 30)

    frames = [filtered(frame, kernel, "reflect") for frame in clip]

    assert np.array_equal(np.stack(frames), filtered(clip, kernel, "reflect"))


@pytest.mark.parametrize("border", get_args(Border))
@pytest.mark.parametrize("size", [3, 11, 21])
def test_doubles_are_summed_as_doubles(border: Border, size: int) -> None:
    given, kernel = image(30, 41, 3).astype(np.float64) * 255, np.outer(*2 * [np.hanning(size + 2)[1:-1] ** 9])
    kernel /= kernel.sum()

    planes = [correlate(given[..., each], kernel, mode=SCIPY[border]) for each in range(3)]
    assert np.abs(np.stack(planes, -1) - filtered(given, kernel, border)).max() < 1e-11
