"""Resizing as it was first written: every sum in float64, in the order of its taps, a whole axis at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.images.taps import Border, Kernel, inside, taps


def plain(
    image: NDArray[Any], size: tuple[int, int], kernel: Kernel = "bicubic", border: Border = "symmetric"
) -> NDArray[Any]:
    """Resize (H, W) or (..., H, W, C), as `resize` must to the bit."""
    rows = max(image.ndim - 3, 0)
    lengths = {rows: size[0], rows + 1: size[1]}
    for axis in sorted(lengths, key=lambda axis: lengths[axis] / image.shape[axis]):
        image = np.moveaxis(_pass(np.moveaxis(image, axis, 0), lengths[axis], kernel, border), 0, axis)
    return image


def _pass(lines: NDArray[Any], length: int, kernel: Kernel, border: Border) -> NDArray[Any]:
    found = taps(len(lines), length, kernel)
    total = np.zeros((length, *lines.shape[1:]))
    for offset, weights in zip(found.offsets, found.weights, strict=True):
        needed = lines[inside(found.first + offset, len(lines), border)].astype(np.float64)
        total += weights.reshape(-1, *[1] * (lines.ndim - 1)) * needed
    return (np.clip(total + 0.5, 0, 255) if lines.dtype == np.uint8 else total).astype(lines.dtype)
