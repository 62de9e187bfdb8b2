"""BT.601 colour as MATLAB's rgb2ycbcr has it (Y from 16 to 235 of 255), and the two ranges of an image."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from pipeline.errors import ImageError
from pipeline.images import threads

Float = TypeVar("Float", np.float32, np.float64)
Sample = TypeVar("Sample", np.uint8, np.float32, np.float64)

LUMA_RANGE = (16, 235)
"""The 8-bit luma of black and of white."""

_VALUES_AT_ONCE = 1 << 16  # so that they stay in a core's second cache from step to step
_PIXELS_AT_ONCE = 1 << 15  # their sums, too
_MATRIX = [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
_RGB_TO_YCBCR = np.array(_MATRIX) / 255
_OFFSET = np.array([16.0, 128.0, 128.0]) / 255
_REAL_PARTS = [np.arange(256) / 255 * weight for weight in _RGB_TO_YCBCR[0]]
_WHOLE_PARTS = [np.arange(256, dtype=np.int32) * weight for weight in (65481, 128553, 24966)]
_FRACTIONS = np.divide(np.arange(256, dtype=np.uint8), np.float32(255), dtype=np.float32)[None]
_YCBCR_TO_RGB = np.linalg.inv(_RGB_TO_YCBCR)


def luma(image: NDArray[Sample]) -> NDArray[Sample]:
    """Map RGB (..., H, W, 3) to its luma (..., H, W); an image of one channel is its own luma, untouched.

    uint8 gives uint8, rounded half up as by rgb2ycbcr; floats in [0, 1] give floats in [0, 1], not rounded.

    Raises:
        ImageError: the image has neither one nor three channels.
    """
    if image.ndim > 2 and image.shape[-1] == 1:
        return image[..., 0]
    _check_rgb(image.shape)
    return _luma_of_levels(image) if image.dtype == np.uint8 else _luma_of_fractions(image)


def real_luma(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Map uint8 RGB (..., H, W, 3) to its luma (..., H, W) on 0 to 255, not rounded."""
    _check_rgb(image.shape)
    return _of_pixels(image, _real_luma, np.float64)


def _luma_of_levels(image: NDArray[Sample]) -> NDArray[Sample]:
    return _of_pixels(image, _whole_luma, image.dtype)


def _of_pixels(image: NDArray[Any], function: Callable[[NDArray[Any]], NDArray[Any]], dtype: DTypeLike) -> NDArray[Any]:
    """Map (..., 3) to (...) by a function of (n, 3), in blocks on all cores."""
    pixels, made = image.reshape(-1, 3), np.empty(image.shape[:-1], dtype)
    flat = made.reshape(-1)

    def make(start: int) -> None:
        flat[start : start + _PIXELS_AT_ONCE] = function(pixels[start : start + _PIXELS_AT_ONCE])

    threads.each(make, range(0, len(pixels), _PIXELS_AT_ONCE))
    return made


def _whole_luma(pixels: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Compute in whole numbers, 255,000 to a grey level, so that rounding half up is exact."""
    total: NDArray[np.int32] = _looked_up(pixels, _WHOLE_PARTS)
    total += 16 * 255_000 + 127_500
    total //= 255_000
    return total


def _real_luma(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Compute to the bit what ``luma`` gives for fractions."""
    total: NDArray[np.float64] = _looked_up(pixels, _REAL_PARTS)
    total += _OFFSET[0]
    total *= 255
    return total


def _looked_up(pixels: NDArray[np.uint8], parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Add what red, green and blue of each pixel (n, 3) give; ``parts`` has what each of 256 levels gives."""
    planes = zip(cv2.split(pixels[:, None]), parts, strict=True)
    given: list[NDArray[Any]] = [np.asarray(cv2.LUT(plane, part)) for plane, part in planes]
    red, green, blue = given
    red += green
    red += blue
    return red[:, 0]


def _luma_of_fractions(image: NDArray[Sample]) -> NDArray[Sample]:
    red, green, blue = (image[..., channel] * _RGB_TO_YCBCR[0, channel] for channel in range(3))
    total: NDArray[np.float64] = red + green + blue + _OFFSET[0]
    return total.astype(image.dtype)


def to_ycbcr(image: NDArray[Float]) -> NDArray[Float]:
    """Map RGB (..., H, W, 3) in [0, 1] to Y in [16/255, 235/255], Cb and Cr in [16/255, 240/255]."""
    _check_rgb(image.shape)
    return (image @ _RGB_TO_YCBCR.T + _OFFSET).astype(image.dtype)


def to_rgb(image: NDArray[Float]) -> NDArray[Float]:
    """Map YCbCr (..., H, W, 3) back to RGB; the inverse of ``to_ycbcr``, not clipped."""
    _check_rgb(image.shape)
    return ((image - _OFFSET) @ _YCBCR_TO_RGB.T).astype(image.dtype)


def to_float(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Map uint8 of any shape to float32 in [0, 1], lying in memory as ``image`` does."""
    order = sorted(range(image.ndim), key=lambda axis: -image.strides[axis])
    lying = image.transpose(order)
    if image.ndim < 2 or image.size == 0 or not lying.flags.c_contiguous:
        return np.divide(image, np.float32(255), dtype=np.float32)
    values = np.asarray(cv2.LUT(lying.reshape(lying.shape[0], -1), _FRACTIONS), np.float32)  # in half the time
    return values.reshape(lying.shape).transpose(np.argsort(order))


def to_uint8(image: NDArray[Float]) -> NDArray[np.uint8]:
    """Map floats of any shape, in [0, 1] or clipped to it, to uint8, rounded half up."""
    values, levels = image.reshape(-1), np.empty(image.size, np.uint8)
    for start in range(0, image.size, _VALUES_AT_ONCE):
        block = np.clip(values[start : start + _VALUES_AT_ONCE], 0, 1)
        block *= 255
        block += 0.5
        levels[start : start + _VALUES_AT_ONCE] = block
    return levels.reshape(image.shape)


def to_uint16(image: NDArray[Float]) -> NDArray[np.uint16]:
    """Map floats of any shape, in [0, 1] or clipped to it, to uint16, rounded half up."""
    return (np.clip(image, 0, 1) * 65535 + 0.5).astype(np.uint16)


def _check_rgb(shape: tuple[int, ...]) -> None:
    if len(shape) < 3 or shape[-1] != 3:
        raise ImageError(f"an image of shape {shape} has no colour; it must be (..., H, W, 3)")
