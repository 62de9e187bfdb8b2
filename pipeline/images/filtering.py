"""Correlation of an image with a kernel, at the speed of the machine."""

from typing import Literal, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)
Border: TypeAlias = Literal["reflect", "symmetric", "replicate", "circular", "zero"]

BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "symmetric": cv2.BORDER_REFLECT,
    "replicate": cv2.BORDER_REPLICATE,
    "circular": cv2.BORDER_WRAP,
    "zero": cv2.BORDER_CONSTANT,
}
IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""
TAPS = 129
"""Taps of the largest kernel that OpenCV sums directly; with more it takes a detour through the frequencies, which
costs one and a half times as much at 21 x 21 and five times as much at 13 x 13."""
NOTHING = {"float32": 1e-6, "float64": 1e-15}
"""What the weights of a kernel's outer rings may come to for them to be left out: less than floats tell of a sum."""


def filtered(image: NDArray[Float], kernel: NDArray[Float], border: Border) -> NDArray[Float]:
    """Return what ``image`` (H, W, C) or (T, H, W, C) becomes where each pixel is the sum of ``kernel`` over it.

    This is correlation: the kernel is not flipped. Nothing is clipped. Sums are of the dtype that both have.

    Args:
        kernel: (size, size), or (size,) for its outer product with itself, which is faster; ``size`` is odd.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
    """
    if image.ndim > IMAGE:
        return np.stack([filtered(frame, kernel, border) for frame in image])
    kernel = _trimmed(kernel)
    whole = kernel.ndim == 1 or kernel.size <= TAPS
    if border == "circular" or not whole:  # OpenCV's filters know no circular border
        reach = len(kernel) // 2
        padded = cv2.copyMakeBorder(image, reach, reach, reach, reach, BORDERS[border], value=0.0)
        summed = _in_strips(np.asarray(padded, image.dtype), kernel)
    elif kernel.ndim == 1:
        summed = np.asarray(cv2.sepFilter2D(image, -1, kernel, kernel, borderType=BORDERS[border]), image.dtype)
    else:
        summed = np.asarray(cv2.filter2D(image, -1, kernel, borderType=BORDERS[border]), image.dtype)
    return summed.reshape(image.shape)


def _trimmed(kernel: NDArray[Float]) -> NDArray[Float]:
    """Return ``kernel`` without outer rings that weigh nothing: a narrow bell on a wide grid is a small kernel."""
    weights = np.abs(kernel) if kernel.ndim == 1 else np.abs(kernel).max(axis=0) + np.abs(kernel).max(axis=1)
    reach = len(kernel) // 2
    rings = weights[:reach] + weights[: len(kernel) - reach - 1 : -1]
    cut = int(np.searchsorted(np.cumsum(rings) * len(kernel), NOTHING[kernel.dtype.name]))
    inner = slice(cut, len(kernel) - cut)
    return np.ascontiguousarray(kernel[inner] if kernel.ndim == 1 else kernel[inner, inner])


def _in_strips(padded: NDArray[Float], kernel: NDArray[Float]) -> NDArray[Float]:
    """Sum ``kernel`` over ``padded`` in strips of rows that are small enough for the direct way."""
    kernel = np.outer(kernel, kernel) if kernel.ndim == 1 else kernel
    size = len(kernel)
    reach, height = size // 2, padded.shape[0] - size + 1
    rows = max(1, TAPS // size)
    total: NDArray[Float] | None = None
    for top in range(0, size, rows):
        strip = kernel[top : top + rows]
        band = padded[top : top + height + len(strip) - 1]
        part = np.asarray(cv2.filter2D(band, -1, strip, anchor=(reach, 0)), padded.dtype)
        part = part[:height, reach : padded.shape[1] - reach]
        total = np.ascontiguousarray(part) if total is None else np.add(total, part, out=total)
    assert total is not None, "a kernel has rows"
    return total
