"""What each line of a resampled image is made of: MATLAB's kernels, weights and borders."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kernel: TypeAlias = Literal["bicubic", "bilinear", "nearest", "lanczos2", "lanczos3"]
Border: TypeAlias = Literal["symmetric", "replicate"]
Lines: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]


class _Kernel(NamedTuple):
    """A function of the distance in pixels, the width of its support, whether it stretches when shrinking."""

    function: Callable[[Reals], Reals]
    width: float
    stretches: bool


class Taps(NamedTuple):
    """What each output line is made of: input line ``first + offset`` times the weight, for each offset."""

    first: Lines  # (outputs,), ascending; may lie outside of the image
    offsets: Lines  # (taps,)
    weights: Reals  # (taps, outputs, 1)


def inside(lines: Lines, length: int, border: Border) -> Lines:
    """Bring line numbers beyond the image back into it."""
    if border == "replicate":
        return np.clip(lines, 0, length - 1)
    mirrored: Lines = lines % (2 * length)
    return np.minimum(mirrored, 2 * length - 1 - mirrored)


@lru_cache(maxsize=256)
def taps(inputs: int, outputs: int, kernel: Kernel) -> Taps:
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
    made = Taps(first.astype(np.int64) - 1, offsets[used].astype(np.int64), weights[used][..., None])
    for array in made:
        array.flags.writeable = False
    return made


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
