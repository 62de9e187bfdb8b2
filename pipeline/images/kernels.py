"""Kernels of blur: point spread functions on an odd grid, float64, whose sum is 1."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import j1

Kernel = NDArray[np.float64]

NEAR_ZERO = 1e-3
"""The least standard deviation, in pixels: whatever is below is one pixel, too."""

FINE = 16
"""Points along the side of a pixel by which its share inside a disk is found; their distance is the least radius, so
that some lie inside."""


def line(size: int, sigma: float, shift: float = 0.0) -> Kernel:
    """Return a Gaussian (size,); its outer product with itself is the round Gaussian (size, size).

    Args:
        sigma: standard deviation in pixels.
        shift: how far its centre lies behind the middle of the grid, in pixels.
    """
    distance = (_grid(size) - shift) / max(sigma, NEAR_ZERO)
    return _normalised(np.exp(-(distance**2 - (distance**2).min()) / 2))


def bell(
    size: int,
    sigmas: tuple[float, float],
    angle: float = 0.0,
    beta: float = 1.0,
    profile: Literal["gaussian", "plateau"] = "gaussian",
    shift: float = 0.0,
) -> Kernel:
    """Return an elliptic bell (size, size): with q = z' S^-1 z, exp(-q^beta / 2), or 1 / (1 + q^beta).

    Args:
        sigmas: standard deviations of the Gaussian (``beta`` 1) along its two axes, in pixels.
        angle: from the columns' axis (to the right) to the first axis, towards the rows' (down), in degrees.
        beta: 1 for the Gaussian; above, the top is flatter and the sides steeper.
        profile: the function of the distance q.
        shift: how far the centre lies below and right of the middle of the grid, in pixels.
    """
    x, y = _grid(size) - shift, (_grid(size) - shift)[:, None]
    turn = np.deg2rad(angle)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    first, second = (max(sigma, NEAR_ZERO) for sigma in sigmas)
    distance = ((along / first) ** 2 + (across / second) ** 2) ** beta
    if profile == "plateau":
        return _normalised(1 / (1 + distance))
    return _normalised(np.exp(-(distance - distance.min()) / 2))


def sinc(size: int, cutoff: float) -> Kernel:
    """Return a low-pass (size, size), round, that rings: w J1(w r) / (2 pi r), w being ``cutoff`` x pi.

    Args:
        cutoff: the share of the Nyquist frequency (half a cycle per pixel) above which nothing passes; 0 to 1.
    """
    grid = _grid(size)
    phase = np.pi * cutoff * np.hypot(grid, grid[:, None])
    # J1(x) / x is 1/2 at zero; the factors that do not depend on the place leave with the sum.
    return _normalised(np.divide(j1(phase), phase, out=np.full((size, size), 0.5), where=phase > 0))


def disk(radius: float) -> Kernel:
    """Return a disk of ``radius`` pixels, as a lens out of focus makes it: each pixel weighs its share inside."""
    size = 2 * int(np.ceil(radius)) + 1
    fine = (np.arange(size * FINE) + 0.5) / FINE - size / 2
    inside = np.add.outer(fine**2, fine**2) <= max(radius, 1 / FINE) ** 2
    return _normalised(inside.reshape(size, FINE, size, FINE).mean(axis=(1, 3)))


def odd_between(rng: np.random.Generator, sizes: tuple[int, int]) -> int:
    """Draw one of the odd numbers from ``sizes[0]`` to ``sizes[1]``, both of them odd, evenly."""
    return 2 * int(rng.integers(sizes[0] // 2, sizes[1] // 2, endpoint=True)) + 1


def _grid(size: int) -> NDArray[np.float64]:
    return np.arange(size, dtype=np.float64) - (size - 1) / 2


def _normalised(kernel: NDArray[np.float64]) -> Kernel:
    normalised: Kernel = kernel / kernel.sum()
    return normalised
