"""PSNR and SSIM on luma as BasicSR scores them: luma anew for each metric, SSIM by five two-dimensional filters.

Follows the path of ``basicsr/metrics/psnr_ssim.py`` (XPixelGroup/BasicSR), written anew from what it does.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_WEIGHTS = [24.966, 128.553, 65.481]  # of blue, green and red
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2

Plane = NDArray[np.float64]


def psnr(sr: NDArray[np.uint8], hr: NDArray[np.uint8], border: int) -> float:
    """Compare the luma of two BGR images (H, W, 3) without ``border`` pixels at each side, in dB."""
    a, b = (_luma(_cropped(image, border)) for image in (sr, hr))
    error = np.mean((a - b) ** 2)
    return float(10.0 * np.log10(255.0 * 255.0 / error))


def ssim(sr: NDArray[np.uint8], hr: NDArray[np.uint8], border: int) -> float:
    """Compare the luma of two BGR images (H, W, 3) without ``border`` pixels at each side; 1 when equal."""
    a, b = (_luma(_cropped(image, border)) for image in (sr, hr))
    line = cv2.getGaussianKernel(11, 1.5)
    window = np.outer(line, line.transpose())
    mean_a, mean_b = _filtered(a, window), _filtered(b, window)
    variance_a = _filtered(a**2, window) - mean_a**2
    variance_b = _filtered(b**2, window) - mean_b**2
    covariance = _filtered(a * b, window) - mean_a * mean_b
    contrast = (2 * covariance + _C2) / (variance_a + variance_b + _C2)
    return float(((2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1) * contrast).mean())


def _cropped(image: NDArray[np.uint8], border: int) -> Plane:
    return image[border:-border, border:-border, ...].astype(np.float64)


def _luma(image: Plane) -> Plane:
    """Return the luma of BGR on 0 to 255, computed in float32 of [0, 1] and not rounded."""
    fractions = image.astype(np.float32) / 255.0
    luma = ((np.dot(fractions, _WEIGHTS) + 16.0) / 255.0).astype(np.float32)
    return (luma * 255.0).astype(np.float64)


def _filtered(plane: Plane, window: Any) -> Plane:
    return np.asarray(cv2.filter2D(plane, -1, window)[5:-5, 5:-5], np.float64)
