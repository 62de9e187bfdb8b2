"""Correlation of an image with a kernel: in floating point at the speed of the machine, on 8 bits to the last bit."""

from typing import Any, Literal, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Border: TypeAlias = Literal["reflect", "symmetric", "replicate", "circular", "zero"]
Weights: TypeAlias = NDArray[np.float64] | NDArray[np.float32]
Sample = TypeVar("Sample", np.uint8, np.float32)
Real = TypeVar("Real", np.float32, np.float64)

BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "symmetric": cv2.BORDER_REFLECT,
    "replicate": cv2.BORDER_REPLICATE,
    "circular": cv2.BORDER_WRAP,
    "zero": cv2.BORDER_CONSTANT,
}
IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""
TAPS = {"float32": 129, "float64": 49}
"""Taps of the largest kernel that OpenCV sums directly; with more it takes a detour through the frequencies, which
costs one and a half times as much at 21 x 21 and five times as much at 13 x 13."""
NOTHING = 1e-6
"""What the weights of a kernel's outer rings may come to for them to be left out: less than float32 tells of a sum."""


def filtered(image: NDArray[Sample], kernel: Weights, border: Border) -> NDArray[Sample]:
    """Return what ``image`` (H, W, C) or (T, H, W, C) becomes where each pixel is the sum of ``kernel`` over it.

    This is correlation: the kernel is not flipped. The dtype decides, as in MATLAB's ``imfilter``: float32 is summed in
    float32, and nothing is clipped; uint8 is summed in float64 with the kernel as it is, and rounded half up.

    Args:
        kernel: (size, size), or (size,) for its outer product with itself, which is faster; ``size`` is odd.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
    """
    if image.ndim > IMAGE:
        return np.stack([filtered(frame, kernel, border) for frame in image])
    if image.dtype == np.uint8:
        exact = _summed(image.astype(np.float64), kernel.astype(np.float64), border)
        return np.clip(np.floor(exact + 0.5), 0, 255).astype(image.dtype)
    pixels: NDArray[Any] = image
    return _summed(pixels, _trimmed(kernel.astype(np.float32)), border)


def _summed(image: NDArray[Real], kernel: NDArray[Real], border: Border) -> NDArray[Real]:
    whole = kernel.ndim == 1 or kernel.size <= TAPS[image.dtype.name]
    if border == "circular" or not whole:  # OpenCV's filters know no circular border
        reach = len(kernel) // 2
        padded = cv2.copyMakeBorder(image, reach, reach, reach, reach, BORDERS[border], value=0.0)
        summed = _in_strips(np.asarray(padded, image.dtype), kernel)
    elif kernel.ndim == 1:
        summed = np.asarray(cv2.sepFilter2D(image, -1, kernel, kernel, borderType=BORDERS[border]), image.dtype)
    else:
        summed = np.asarray(cv2.filter2D(image, -1, kernel, borderType=BORDERS[border]), image.dtype)
    return summed.reshape(image.shape)


def _trimmed(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``kernel`` without outer rings that weigh nothing: a narrow bell on a wide grid is a small kernel."""
    weights = np.abs(kernel) if kernel.ndim == 1 else np.abs(kernel).max(axis=0) + np.abs(kernel).max(axis=1)
    reach = len(kernel) // 2
    rings = weights[:reach] + weights[: len(kernel) - reach - 1 : -1]
    cut = int(np.searchsorted(np.cumsum(rings) * len(kernel), NOTHING))
    inner = slice(cut, len(kernel) - cut)
    return np.ascontiguousarray(kernel[inner] if kernel.ndim == 1 else kernel[inner, inner])


def _in_strips(padded: NDArray[Real], kernel: NDArray[Real]) -> NDArray[Real]:
    """Sum ``kernel`` over ``padded`` in strips of rows that are small enough for the direct way."""
    kernel = np.outer(kernel, kernel) if kernel.ndim == 1 else kernel
    size = len(kernel)
    reach, height = size // 2, padded.shape[0] - size + 1
    rows = max(1, TAPS[padded.dtype.name] // size)
    total: NDArray[Real] | None = None
    for top in range(0, size, rows):
        strip = kernel[top : top + rows]
        band = padded[top : top + height + len(strip) - 1]
        part = np.asarray(cv2.filter2D(band, -1, strip, anchor=(reach, 0)), padded.dtype)
        part = part[:height, reach : padded.shape[1] - reach]
        total = np.ascontiguousarray(part) if total is None else np.add(total, part, out=total)
    assert total is not None, "a kernel has rows"
    return total
