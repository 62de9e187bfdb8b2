"""PSNR and SSIM: by hand, window by window, and against scikit-image; and the metrics made of them."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from pipeline.errors import ImageError
from pipeline.fields import needs
from pipeline.images import similarity
from pipeline.images.similarity import psnr, ssim
from pipeline.metrics.psnr_rgb import PsnrRgb
from pipeline.metrics.psnr_y8 import PsnrY8
from pipeline.metrics.psnr_yf import PsnrYf
from pipeline.metrics.ssim_y8 import SsimY8
from pipeline.metrics.ssim_yf import SsimYf

Plane: TypeAlias = NDArray[np.float64]
Formula: TypeAlias = Callable[[Plane, Plane], float]


def pair(*shape: int) -> tuple[Plane, Plane]:
    """Return a plane on 0 to 255 and a noisy copy of it."""
    rng = np.random.default_rng(0)
    plane = rng.uniform(0, 255, shape)
    return plane, (plane + rng.normal(0, 30, shape)).clip(0, 255)


def plain_ssim(a: Plane, b: Plane) -> float:
    """Return the mean over all whole windows of the formula of the paper, one window after the other."""
    squares = (np.arange(11) - 5.0) ** 2
    window = np.exp(-(squares[:, None] + squares) / (2 * 1.5**2))
    window /= window.sum()
    scores = []
    for row in range(a.shape[0] - 10):
        for left in range(a.shape[1] - 10):
            x, y = (plane[row : row + 11, left : left + 11] for plane in (a, b))
            mean_x, mean_y = (window * x).sum(), (window * y).sum()
            variance_x, variance_y = (window * (x - mean_x) ** 2).sum(), (window * (y - mean_y) ** 2).sum()
            covariance = (window * (x - mean_x) * (y - mean_y)).sum()
            luminance = (2 * mean_x * mean_y + 6.5025) / (mean_x**2 + mean_y**2 + 6.5025)
            scores.append(luminance * (2 * covariance + 58.5225) / (variance_x + variance_y + 58.5225))
    return float(np.mean(scores))


def test_psnr_of_one_level_everywhere_is_computed_by_hand() -> None:
    plane = np.full((4, 5), 100.0)

    assert pytest.approx(20 * math.log10(255)) == psnr(plane, plane + 1)


def test_psnr_averages_the_squares_before_the_logarithm() -> None:
    plane = np.zeros((2, 2))
    other = np.array([[10.0, 0], [0, -10]])

    assert pytest.approx(10 * math.log10(255**2 / 50)) == psnr(plane, other)


def test_psnr_of_equal_images_is_infinite() -> None:
    plane, _ = pair(4, 5)

    assert math.inf == psnr(plane, plane.copy())


def test_psnr_of_colours_is_over_all_channels_inside_a_border_that_may_be_wider() -> None:
    hr = np.random.default_rng(0).integers(1, 255, (20, 24, 3), np.uint8)
    sr = hr.copy()
    sr[8, 8, 1] += 1  # inside whatever is left out
    sr[7, 12] ^= 255  # inside two pixels, but not inside eight

    assert pytest.approx(10 * math.log10(255**2 * 4 * 8 * 3)) == PsnrRgb(6)(sr, hr, 2)
    assert PsnrRgb()(sr, hr, 2) < 40
    assert math.inf == PsnrRgb()(np.repeat(hr[..., :1], 3, axis=2), hr[..., :1], 2)


def test_ssim_is_the_mean_over_whole_windows() -> None:
    a, b = pair(15, 18)

    assert pytest.approx(plain_ssim(a, b), rel=1e-10) == ssim(a, b)


def test_ssim_of_a_single_window_is_defined() -> None:
    a, b = pair(11, 11)

    assert pytest.approx(plain_ssim(a, b), rel=1e-10) == ssim(a, b)


def test_ssim_is_that_of_scikit_image_with_the_settings_of_the_paper() -> None:
    a, b = pair(40, 50)
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}

    # With sigma 1.5 and its default of 3.5 sigma, scikit-image's window is 11 wide and its mean leaves 5 out.
    assert pytest.approx(structural_similarity(a, b, **settings), rel=1e-10) == ssim(a, b)


def test_ssim_of_equal_images_is_one_and_of_inverted_ones_negative() -> None:
    a, _ = pair(20, 20)

    assert pytest.approx(1, abs=1e-12) == ssim(a, a.copy())
    assert ssim(a, 255 - a) < 0


def test_a_stack_of_planes_scores_the_mean_of_its_planes() -> None:
    a, b = pair(3, 20, 24)

    assert pytest.approx(np.mean([ssim(x, y) for x, y in zip(a, b, strict=True)])) == ssim(a, b)


@pytest.mark.parametrize("formula", [psnr, ssim])
def test_images_of_two_shapes_are_not_compared(formula: Formula) -> None:
    with pytest.raises(ImageError, match=r"of shape \(20, 20\) and \(20, 21\)"):
        formula(np.zeros((20, 20)), np.zeros((20, 21)))


def test_ssim_refuses_an_image_smaller_than_its_window() -> None:
    with pytest.raises(ImageError, match="SSIM needs 11x11 pixels; there are only 10x30"):
        ssim(np.zeros((10, 30)), np.zeros((10, 30)))


@pytest.mark.parametrize(("metric", "formula"), [(PsnrY8(), psnr), (SsimY8(), ssim)])
def test_whole_luma_is_scored_without_the_border(metric: PsnrY8 | SsimY8, formula: Formula) -> None:
    a, b = (plane.astype(np.uint8) for plane in pair(30, 32))
    inside = (slice(4, -4), slice(4, -4))

    expected = formula(a[inside].astype(np.float64), b[inside].astype(np.float64))
    assert expected == metric(a, b, 4)


@pytest.mark.parametrize(("metric", "formula"), [(PsnrYf(), psnr), (SsimYf(), ssim)])
def test_real_luma_is_scored_without_the_border(metric: PsnrYf | SsimYf, formula: Formula) -> None:
    a, b = pair(30, 32)

    assert formula(a[3:-3, 3:-3], b[3:-3, 3:-3]) == metric(a, b, 3)


@pytest.mark.parametrize(
    ("metric", "depth", "unit"),
    [(PsnrY8(), "y8", "dB"), (SsimY8(), "y8", ""), (PsnrYf(), "yf", "dB"), (SsimYf(), "yf", "")],
)
def test_a_metric_names_the_fields_it_reads(metric: PsnrY8 | SsimY8 | PsnrYf | SsimYf, depth: str, unit: str) -> None:
    assert (f"sr_{depth}", f"hr_{depth}", "scale") == needs(metric)
    assert ("higher", unit) == (metric.better, metric.unit)


def test_a_border_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ImageError, match="nothing remains"):
        PsnrY8()(np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.uint8), 4)


@pytest.mark.parametrize("shape", [(11, 12), (75, 40), (300, 200), (139, 90)])
def test_scores_made_in_bands_have_the_bits_of_those_made_at_once(shape: tuple[int, int]) -> None:
    a, b = np.random.default_rng(0).random((2, *shape)) * 255
    a[: shape[0] // 2] = b[: shape[0] // 2] = 130.0  # flat, where little is left of the variance

    assert 10 * math.log10(255**2 / float(np.mean((a - b) ** 2))) == psnr(a, b)
    assert float(np.mean(similarity._similarity_at_once(a, b))) == ssim(a, b)
