"""How alike two images are: PSNR and SSIM, as formulas without a protocol."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images import threads

_PEAK = 255.0
_WINDOW = 11  # pixels
_SIGMA = 1.5  # pixels
_ROWS_AT_ONCE = 64  # of DIV2K, what a band needs lies in the second cache
_C1 = (0.01 * _PEAK) ** 2
_C2 = (0.03 * _PEAK) ** 2

Plane = NDArray[np.float64]


def psnr(a: Plane, b: Plane) -> float:
    """Return the peak signal-to-noise ratio of two planes (..., H, W) on 0 to 255 in dB; inf when equal.

    Raises:
        ImageError: the shapes differ.
    """
    _check_alike(a, b)
    height, width = a.shape[-2:]
    a, b = a.reshape(-1, height, width), b.reshape(-1, height, width)
    squares = np.empty(a.shape)

    def square(rows: slice) -> None:
        np.subtract(a[:, rows], b[:, rows], out=squares[:, rows])
        np.square(squares[:, rows], out=squares[:, rows])

    threads.each(square, _bands(height))
    error = float(np.mean(squares))
    return 10 * math.log10(_PEAK**2 / error) if error else math.inf


def ssim(a: Plane, b: Plane) -> float:
    """Return the mean structural similarity of two planes (..., H, W) on 0 to 255, at most 1.

    Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
    similarity", IEEE TIP 2004, with their constants: Gaussian window 11x11 of sigma 1.5, K1 = 0.01,
    K2 = 0.03, only windows that lie inside the image, and no reduction beforehand.

    Raises:
        ImageError: the shapes differ, or the planes are smaller than the window.
    """
    _check_alike(a, b)
    height, width = a.shape[-2:]
    if min(height, width) < _WINDOW:
        raise ImageError(f"SSIM needs {_WINDOW}x{_WINDOW} pixels; there are only {height}x{width}")
    planes = zip(a.reshape(-1, height, width), b.reshape(-1, height, width), strict=True)
    return float(np.mean([_similarity(x, y) for x, y in planes]))


def _check_alike(a: Plane, b: Plane) -> None:
    if a.shape != b.shape:
        raise ImageError(f"cannot compare images of shape {a.shape} and {b.shape}; they must be of one shape")


def _similarity(x: Plane, y: Plane) -> Plane:
    """Return the map of similarity, (H - 10, W - 10), made in bands of rows."""
    height, width = x.shape
    similarity = np.empty((height - _WINDOW + 1, width - _WINDOW + 1))

    def make(rows: slice) -> None:
        needed = slice(rows.start, rows.stop + _WINDOW - 1)
        similarity[rows] = _similarity_at_once(x[needed], y[needed])

    threads.each(make, _bands(len(similarity)))
    return similarity


def _bands(height: int) -> list[slice]:
    """Cut ``height`` rows into bands, so that what a band needs stays in the cache."""
    return [slice(start, min(start + _ROWS_AT_ONCE, height)) for start in range(0, height, _ROWS_AT_ONCE)]


def _similarity_at_once(x: Plane, y: Plane) -> Plane:
    mean_x, mean_y = _smooth(x), _smooth(y)
    variances = _smooth(x * x + y * y) - mean_x**2 - mean_y**2
    covariance = _smooth(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    return luminance * (2 * covariance + _C2) / (variances + _C2)


def _smooth(plane: Plane) -> Plane:
    """Average under the Gaussian window where it lies inside the plane."""
    half = _WINDOW // 2
    weights = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * _SIGMA**2))
    weights /= weights.sum()
    smooth = cv2.sepFilter2D(plane, cv2.CV_64F, weights, weights)
    return np.asarray(smooth[half:-half, half:-half], np.float64)
