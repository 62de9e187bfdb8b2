"""What a set of images looks like to Fourier: power over frequency, whatever the scenes' sizes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.errors import ImageError

WINDOW = 64
"""Height and width of the windows that are transformed, in pixels."""
RINGS = WINDOW // 2
FLOOR = 1e-12
"""Power below which a ring counts as empty: far less than the rounding to 8 bits leaves."""


def radial_spectrum(planes: Iterable[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return the mean power at 1, 2 ... 31 cycles per 64 pixels, in decibels, over all windows of all ``planes``.

    Windows of 64 x 64 pixels that overlap by half, without their mean, under a Hann window; frequencies are rounded
    to rings. Planes smaller than a window are left out.

    Args:
        planes: luma, (H, W) in [0, 1].

    Raises:
        ImageError: no plane is as large as a window.
    """
    total, count = np.zeros((WINDOW, WINDOW)), 0
    taper = np.outer(np.hanning(WINDOW), np.hanning(WINDOW))
    for plane in planes:
        if min(plane.shape) < WINDOW:
            continue
        step = WINDOW // 2
        windows = sliding_window_view(plane.astype(np.float64), (WINDOW, WINDOW))[::step, ::step]
        centred = (windows - windows.mean(axis=(-2, -1), keepdims=True)) * taper
        total += (np.abs(np.fft.fft2(centred)) ** 2).sum(axis=(0, 1))
        count += windows.shape[0] * windows.shape[1]
    if not count:
        raise ImageError(f"a spectrum needs an image of at least {WINDOW}x{WINDOW} pixels; all are smaller")
    power = total / count / np.sum(taper**2)
    return np.asarray(10 * np.log10(np.maximum(_over_rings(power), FLOOR)))


def spectrum_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return how far two radial spectra lie apart: the root mean square of their differences, in decibels."""
    return float(np.sqrt(np.mean((first - second) ** 2)))


def _over_rings(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of ``power`` over each ring of frequencies, from 1 to below Nyquist's."""
    frequency = np.fft.fftfreq(WINDOW, 1 / WINDOW)
    ring = np.rint(np.hypot(frequency, frequency[:, None])).astype(int)
    sums = np.bincount(ring.ravel(), power.ravel())[1:RINGS]
    return np.asarray(sums / np.bincount(ring.ravel())[1:RINGS])
