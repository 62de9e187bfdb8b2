"""MATLAB's imresize: separable resampling, antialiased when shrinking, exact to the pixel on uint8."""

from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images import banded, threads
from pipeline.images.taps import Border, Kernel, Lines, Reals, Taps, inside, taps

Sample = TypeVar("Sample", np.uint8, np.float32, np.float64)

_SAMPLES_AT_ONCE = 1 << 15  # so that a block's sums (256 KiB) stay in a core's second cache


def resize(
    image: NDArray[Sample], size: tuple[int, int], *, kernel: Kernel = "bicubic", border: Border = "symmetric"
) -> NDArray[Sample]:
    """Resample ``image`` (H, W) or (..., H, W, C) to ``size`` as MATLAB's ``imresize(image, size)``.

    The dtype decides, as in MATLAB: uint8 is rounded half up after each of the two passes; float32 and
    float64 are never rounded or clipped. Sums are float64, or what gives the same pixels.

    Args:
        size: height and width of the result, in pixels.
        kernel: ``bicubic`` is Keys' cubic with a = -0.5; all but ``nearest`` are stretched when shrinking.
        border: ``symmetric`` mirrors at the edge as MATLAB does today, ``replicate`` repeats the edge as its
            older versions did.

    Raises:
        ImageError: the image is empty or of another dtype, the size is not positive, or a name is unknown.
    """
    _check(image.shape, image.dtype, size, kernel, border)
    rows = max(image.ndim - 3, 0)
    if image.dtype == np.uint8 and rows:
        return np.stack([resize(frame, size, kernel=kernel, border=border) for frame in image])
    lengths = {rows: size[0], rows + 1: size[1]}
    # MATLAB takes the dimension that shrinks most first, rows when equal; the rounding in between shows it.
    for axis in sorted(lengths, key=lambda axis: lengths[axis] / image.shape[axis]):
        image = _resample(image, axis, lengths[axis], kernel, border)
    return np.ascontiguousarray(image)


def _check(
    shape: tuple[int, ...], dtype: np.dtype[np.generic], size: tuple[int, int], kernel: str, border: str
) -> None:
    if len(shape) < 2 or 0 in shape:
        raise ImageError(f"cannot resize an image of shape {shape}; it must be (H, W) or (..., H, W, C)")
    if dtype not in (np.uint8, np.float32, np.float64):
        raise ImageError(f"cannot resize an image of {dtype}; it must be uint8, float32 or float64")
    if min(size) < 1:
        raise ImageError(f"cannot resize to height {size[0]}, width {size[1]}; both must be at least 1 pixel")
    for name, choices in ((kernel, get_args(Kernel)), (border, get_args(Border))):
        if name not in choices:
            raise ImageError(f"cannot resize with `{name}`; choices: {', '.join(choices)}")


def _resample(image: NDArray[Sample], axis: int, length: int, kernel: Kernel, border: Border) -> NDArray[Sample]:
    """Bring one axis to ``length``, in blocks of output lines that fit the cache."""
    if image.dtype == np.uint8 and banded.suits(image.shape[axis], length):
        return _resample_levels(image, axis, length, kernel, border)
    lines = np.moveaxis(image, axis, 0)
    flat = lines.reshape(len(lines), -1)
    found = taps(len(flat), length, kernel)
    result = np.empty((length, flat.shape[1]), image.dtype)
    step = max(1, _SAMPLES_AT_ONCE // flat.shape[1])

    def make(start: int) -> None:
        block = slice(start, start + step)
        result[block] = _stored(_weighted_sum(flat, found, block, border), image.dtype)

    threads.each(make, range(0, length, step))
    return np.moveaxis(result.reshape(length, *lines.shape[1:]), 0, axis)


def _resample_levels(image: NDArray[Any], axis: int, length: int, kernel: Kernel, border: Border) -> NDArray[Any]:
    """Bring one axis of uint8 (H, W) or (H, W, C) to ``length``: the same pixels, sooner."""
    made = banded.resampled(image.reshape(*image.shape[:2], -1), axis, length, kernel, border)
    return made.reshape(*made.shape[:2], *image.shape[2:])


def _weighted_sum(flat: NDArray[Sample], found: Taps, block: slice, border: Border) -> Reals:
    """Sum the taps of a block of output lines in the order of the input lines.

    Not by a matrix product: its order and its fused additions differ from machine to machine, and where a sum
    lies between two grey levels they would decide the pixel.
    """
    first = found.first[block]
    band = flat[inside(np.arange(first[0], first[-1] + found.offsets[-1] + 1), len(flat), border)]
    band = band.astype(np.float64)
    rows = _rows(first - first[0])
    total = np.zeros((len(first), flat.shape[1]))
    for offset, weights in zip(found.offsets, found.weights[:, block], strict=True):
        total += weights * band[offset:][rows]
    return total


def _rows(first: Lines) -> slice | Lines:
    """Write evenly spaced lines as a slice, which indexes without a copy: all whole reduction factors."""
    steps = np.diff(first)
    even = steps.size > 0 and steps.min() == steps.max() > 0
    return slice(0, int(first[-1]) + 1, int(steps[0])) if even else first


def _stored(total: Reals, dtype: np.dtype[Sample]) -> NDArray[Sample]:
    return (np.clip(total + 0.5, 0, 255) if dtype == np.uint8 else total).astype(dtype)
