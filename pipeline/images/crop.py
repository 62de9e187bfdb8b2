"""Cutting an image smaller: to a multiple of the scale, or without its border.

An array of two dimensions is (H, W); one of three or more is (..., H, W, C), so planes stack only with C = 1.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.scale import high, low

Sample = TypeVar("Sample", bound=np.generic)


def crop_to_multiple(image: NDArray[Sample], scale: float) -> NDArray[Sample]:
    """Return a view of the top left part whose height and width divide by ``scale``; the papers' modcrop.

    Of a scale that is no whole number they are those of whole LR pixels, rounded.

    Args:
        image: (H, W) or (..., H, W, C).
        scale: HR pixels per LR pixel, 1 or more.

    Raises:
        ImageError: the scale is below 1, or the image is smaller than the scale.
    """
    if scale < 1:
        raise ImageError(f"cannot crop to a multiple of {scale}; the scale must be at least 1")
    height, width = high(low(_size(image.shape), scale), scale)
    return _cut(image, slice(0, height), slice(0, width))


def shave(image: NDArray[Sample], border: int) -> NDArray[Sample]:
    """Return a view of ``image`` without ``border`` pixels at each of its four sides.

    Args:
        image: (H, W) or (..., H, W, C).
        border: pixels of ``image``, 0 or more.

    Raises:
        ImageError: the border is negative, or nothing remains.
    """
    if border < 0:
        raise ImageError(f"cannot shave a border of {border} pixels; it must be 0 or more")
    height, width = _size(image.shape)
    return _cut(image, slice(border, max(height - border, 0)), slice(border, max(width - border, 0)))


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        raise ImageError(f"an array of shape {shape} is no image; it must be (H, W) or (..., H, W, C)")
    height, width = shape if len(shape) == 2 else shape[-3:-1]
    return height, width


def _cut(image: NDArray[Sample], rows: slice, columns: slice) -> NDArray[Sample]:
    cut = image[rows, columns] if image.ndim == 2 else image[..., rows, columns, :]
    if not cut.size:
        kept = f"rows {rows.start} to {rows.stop}, columns {columns.start} to {columns.stop}"
        raise ImageError(f"nothing remains of an image of shape {image.shape}: {kept}; it must be larger")
    return cut
