"""MATLAB's imresize: separable resampling, antialiased when shrinking, exact to the pixel on uint8."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError

Kernel: TypeAlias = Literal["bicubic", "bilinear", "nearest", "lanczos2", "lanczos3"]
Border: TypeAlias = Literal["symmetric", "replicate"]
Lines: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]
Sample = TypeVar("Sample", np.uint8, np.float32, np.float64)

_SAMPLES_AT_ONCE = 1 << 15  # so that a block's sums (256 KiB) stay in a core's second cache


class _Kernel(NamedTuple):
    """A function of the distance in pixels, the width of its support, whether it stretches when shrinking."""

    function: Callable[[Reals], Reals]
    width: float
    stretches: bool


class _Taps(NamedTuple):
    """What each output line is made of: input line ``first + offset`` times the weight, for each offset."""

    first: Lines  # (outputs,), ascending; may lie outside of the image
    offsets: Lines  # (taps,)
    weights: Reals  # (taps, outputs, 1)


def resize(
    image: NDArray[Sample], size: tuple[int, int], *, kernel: Kernel = "bicubic", border: Border = "symmetric"
) -> NDArray[Sample]:
    """Resample ``image`` (H, W) or (..., H, W, C) to ``size`` as MATLAB's ``imresize(image, size)``.

    The dtype decides, as in MATLAB: uint8 is rounded half up after each of the two passes; float32 and
    float64 are never rounded or clipped. Sums are float64.

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
    lines = np.moveaxis(image, axis, 0)
    flat = lines.reshape(len(lines), -1)
    taps = _taps(len(flat), length, kernel)
    result = np.empty((length, flat.shape[1]), image.dtype)
    step = max(1, _SAMPLES_AT_ONCE // flat.shape[1])
    for start in range(0, length, step):
        block = slice(start, start + step)
        result[block] = _stored(_weighted_sum(flat, taps, block, border), image.dtype)
    return np.moveaxis(result.reshape(length, *lines.shape[1:]), 0, axis)


def _weighted_sum(flat: NDArray[Sample], taps: _Taps, block: slice, border: Border) -> Reals:
    """Sum the taps of a block of output lines in the order of the input lines.

    Not by a matrix product: its order and its fused additions differ from machine to machine, and where a sum
    lies between two grey levels they would decide the pixel.
    """
    first = taps.first[block]
    band = flat[_inside(np.arange(first[0], first[-1] + taps.offsets[-1] + 1), len(flat), border)]
    band = band.astype(np.float64)
    rows = _rows(first - first[0])
    total = np.zeros((len(first), flat.shape[1]))
    for offset, weights in zip(taps.offsets, taps.weights[:, block], strict=True):
        total += weights * band[offset:][rows]
    return total


def _rows(first: Lines) -> slice | Lines:
    """Write evenly spaced lines as a slice, which indexes without a copy: all whole reduction factors."""
    steps = np.diff(first)
    even = steps.size > 0 and steps.min() == steps.max() > 0
    return slice(0, int(first[-1]) + 1, int(steps[0])) if even else first


def _stored(total: Reals, dtype: np.dtype[Sample]) -> NDArray[Sample]:
    return (np.clip(total + 0.5, 0, 255) if dtype == np.uint8 else total).astype(dtype)


def _inside(lines: Lines, length: int, border: Border) -> Lines:
    """Bring line numbers beyond the image back into it."""
    if border == "replicate":
        return np.clip(lines, 0, length - 1)
    mirrored: Lines = lines % (2 * length)
    return np.minimum(mirrored, 2 * length - 1 - mirrored)


@lru_cache(maxsize=256)
def _taps(inputs: int, outputs: int, kernel: Kernel) -> _Taps:
    """Compute the weights in MATLAB's coordinates, where the first line is number 1."""
    function, width, stretches = _KERNELS[kernel]
    scale = outputs / inputs
    stretch = scale if scale < 1 and stretches else 1.0
    centre = np.arange(1, outputs + 1) / scale + 0.5 * (1 - 1 / scale)
    first = np.floor(centre - width / stretch / 2)
    offsets = np.arange(np.ceil(width / stretch) + 2)
    weights = stretch * function(stretch * (centre - first - offsets[:, None]))
    weights /= weights.sum(axis=0)
    used = weights.any(axis=1)
    taps = _Taps(first.astype(np.int64) - 1, offsets[used].astype(np.int64), weights[used][..., None])
    for array in taps:
        array.flags.writeable = False
    return taps


def _cubic(x: Reals) -> Reals:
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def _triangle(x: Reals) -> Reals:
    return (1 - np.abs(x)) * (np.abs(x) < 1)


def _box(x: Reals) -> Reals:
    return ((x >= -0.5) & (x < 0.5)).astype(np.float64)


def _lanczos(x: Reals, lobes: int) -> Reals:
    tiny = np.finfo(np.float64).eps  # MATLAB's way around 0 / 0 in the centre
    top = np.sin(np.pi * x) * np.sin(np.pi * x / lobes) + tiny
    return top / (np.pi**2 * x**2 / lobes + tiny) * (np.abs(x) < lobes)


_KERNELS = {
    "bicubic": _Kernel(_cubic, 4, True),
    "bilinear": _Kernel(_triangle, 2, True),
    "nearest": _Kernel(_box, 1, False),
    "lanczos2": _Kernel(lambda x: _lanczos(x, 2), 4, True),
    "lanczos3": _Kernel(lambda x: _lanczos(x, 3), 6, True),
}
