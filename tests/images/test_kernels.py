"""Kernels of blur: their sum, their moments, what they let pass, and those that others have published."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import loadmat

from pipeline.images.kernels import bell, disk, line, odd_between, sinc
from pipeline.randomness import generator

KERNELS = {
    "line": np.outer(line(21, 1.6), line(21, 1.6)),
    "bell": bell(21, (3.0, 1.0), 30),
    "general": bell(21, (2.0, 1.0), 30, 0.5),
    "plateau": bell(21, (2.0, 1.0), 30, 2, "plateau"),
    "narrow": bell(7, (1e-9, 1e-9)),
    "moved": bell(25, (0.1, 0.1), shift=1.5),
    "sinc": sinc(21, 1 / 3),
    "all": sinc(21, 0.0),
    "disk": disk(2.5),
    "point": disk(1e-9),
}


def moments(kernel: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the mean (x, y) of a kernel in pixels from its middle, and its covariance."""
    reach = len(kernel) // 2
    y, x = (axis.ravel() - reach for axis in np.indices(kernel.shape))
    places = np.stack([x, y])
    mean = places @ kernel.ravel()
    return mean, (places - mean[:, None]) * kernel.ravel() @ (places - mean[:, None]).T


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_sums_to_one(name: str) -> None:
    assert np.float64 == KERNELS[name].dtype
    assert pytest.approx(1, abs=1e-12) == KERNELS[name].sum()


@pytest.mark.parametrize("name", ["line", "bell", "general", "plateau", "sinc", "disk"])
def test_a_kernel_is_the_same_from_the_other_side(name: str) -> None:
    assert np.allclose(KERNELS[name], KERNELS[name][::-1, ::-1], atol=1e-7)


@pytest.mark.parametrize(("sigmas", "angle"), [((3.0, 1.5), 30.0), ((1.5, 3.0), -70.0), ((2.0, 2.0), 10.0)])
def test_a_gaussian_has_the_covariance_of_its_axes(sigmas: tuple[float, float], angle: float) -> None:
    turn = np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    mean, covariance = moments(bell(41, sigmas, angle))

    assert np.allclose(0, mean, atol=1e-5)
    assert np.allclose(rotation @ np.diag(np.square(sigmas)) @ rotation.T, covariance, atol=1e-3)


@pytest.mark.parametrize("shift", [0.0, 1.5, -0.5])
def test_a_line_is_the_side_of_a_round_bell(shift: float) -> None:
    side = line(25, 1.7, shift)

    assert np.allclose(bell(25, (1.7, 1.7), 45, shift=shift), np.outer(side, side), atol=1e-7)
    assert np.allclose((shift, shift), moments(np.outer(side, side))[0], atol=1e-4)


def test_the_exponent_and_the_profile_are_the_papers() -> None:
    q = 2.0**2 / 1.5**2
    general, plateau = bell(21, (1.5, 1.5), beta=0.7), bell(21, (1.5, 1.5), beta=1.3, profile="plateau")

    assert pytest.approx(np.exp(-(q**0.7) / 2), rel=1e-5) == general[10, 12] / general[10, 10]
    assert pytest.approx(1 / (1 + q**1.3), rel=1e-5) == plateau[12, 10] / plateau[10, 10]


@pytest.mark.parametrize("cutoff", [0.2, 1 / 3, 0.6])
def test_a_sinc_passes_what_lies_below_its_cutoff_and_nothing_above(cutoff: float) -> None:
    answer = np.abs(np.fft.fft2(sinc(101, cutoff)))
    along, down = np.meshgrid(*[np.abs(np.fft.fftfreq(101)) / 0.5] * 2)
    frequency = np.hypot(along, down)

    assert 0.9 < answer[frequency < cutoff - 0.1].min()
    assert 1.1 > answer[frequency < cutoff - 0.1].max()
    assert answer[frequency > cutoff + 0.1].max() < 0.1


def test_a_sinc_of_no_frequency_is_a_mean() -> None:
    assert np.allclose(1 / 49, sinc(7, 0.0))


def test_an_odd_number_is_drawn_from_all_of_its_range() -> None:
    drawn = [odd_between(generator(n), (7, 21)) for n in range(400)]

    assert {7, 9, 11, 13, 15, 17, 19, 21} == set(drawn)
    assert 13 < np.mean(drawn) < 15


@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with degradations.zip")
@pytest.mark.parametrize(
    ("member", "kernel"),
    [
        ("MZSR/Input/g20/kernel.mat", np.outer(line(21, 2**0.5), line(21, 2**0.5))),
        ("DPSR/BSD68/the_kernels/d_03.mat", disk(3)),
        ("DPSR/BSD68/the_kernels/d_08.mat", disk(6)),
    ],
)
def test_published_kernels_are_met(member: str, kernel: NDArray[np.float64]) -> None:
    data = zipfile.ZipFile(Path(os.environ["SR_MIRROR"], "degradations.zip")).read(member)
    published = next(value for key, value in loadmat(io.BytesIO(data)).items() if not key.startswith("_"))

    assert kernel.shape == published.shape
    assert np.abs(published - kernel).max() < 0.02 * published.max()
