"""What a sensor makes of light: noise, a mosaic of three colours, and how the two missing ones are found."""

from __future__ import annotations

from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
Demosaic: TypeAlias = Literal["malvar", "bilinear", "edge_aware"]

RGGB = (((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 2))
"""The first row and column of each place of the mosaic, and its channel: red left above, blue right below."""
_WHITE = 65535
_REACH = 2
"""How far the largest filter looks; an even number, so that the mosaic goes on as it is beyond the edge."""


def noisy(light: Plane, shot: float, read: float, rng: np.random.Generator) -> Plane:
    """Return ``light``, linear, of any shape, with Gaussian noise of the variance ``read`` + ``shot`` x light.

    Nothing is clipped.

    Args:
        shot: variance by the light: the noise of photons; white is 1 / ``shot`` of them.
        read: variance in the dark: the noise of reading the sensor.
    """
    spread = np.sqrt(np.maximum(light, 0) * np.float32(shot) + np.float32(read))
    return light + spread * rng.standard_normal(light.shape, np.float32)


def mosaic(image: Plane) -> Plane:
    """Return of each pixel of ``image`` (H, W, 3) the one channel that an RGGB sensor sees there, (H, W)."""
    seen = np.empty(image.shape[:2], np.float32)
    for (row, column), channel in RGGB:
        seen[row::2, column::2] = image[row::2, column::2, channel]
    return seen


def demosaiced(seen: Plane, by: Demosaic) -> Plane:
    """Return (H, W, 3) from an RGGB mosaic (H, W), whose white balance is done: all ways take grey for grey.

    Args:
        by: ``malvar``: Malvar, He, Cutler, "High-Quality Linear Interpolation for Demosaicing of Bayer-Patterned Color
            Images", ICASSP 2004: filters of 5 x 5 that also read the other colours; overshoots a little.
            ``bilinear``: the mean of the nearest two or four of the same colour. ``edge_aware``: OpenCV's, green along
            the lesser of the two gradients; on 16 bits, so what is outside of [0, 1] is clipped.
    """
    return _edge_aware(seen) if by == "edge_aware" else _filtered(seen, _FILTERS[by])


def linear(image: Plane) -> Plane:
    """Return the light of an sRGB ``image`` in [0, 1], by the curve of IEC 61966-2-1."""
    return np.where(image <= _KNEE, image / _SLOPE, (np.maximum(image, 0) * _SCALE + _SHIFT) ** np.float32(2.4))


def encoded(light: Plane) -> Plane:
    """Return the sRGB image of ``light`` in [0, 1]; the inverse of ``linear``."""
    bright = (np.maximum(light, 0) ** np.float32(1 / 2.4) - _SHIFT) / _SCALE
    return np.where(light <= _KNEE / _SLOPE, light * _SLOPE, bright)


_KNEE, _SLOPE, _SCALE, _SHIFT = (np.float32(each) for each in (0.04045, 12.92, 1 / 1.055, 0.055 / 1.055))


def _kernels(*rows: tuple[list[float], ...]) -> tuple[Plane, ...]:
    """Return green where there is none; a colour beside two of its own, and above and below; one at the other's place.

    Args:
        rows: the first, second and third of five rows of each kernel; the others mirror them.
    """
    green, beside, diagonal = (np.array([*top, *top[1::-1]], np.float32) / np.float32(8) for top in rows)
    return green, beside, np.ascontiguousarray(beside.T), diagonal


_FILTERS = {
    "malvar": _kernels(
        ([0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1]),
        ([0, 0, 0.5, 0, 0], [0, -1, 0, -1, 0], [-1, 4, 5, 4, -1]),
        ([0, 0, -1.5, 0, 0], [0, 2, 0, 2, 0], [-1.5, 0, 6, 0, -1.5]),
    ),
    "bilinear": _kernels(
        ([0, 0, 0, 0, 0], [0, 0, 2, 0, 0], [0, 2, 0, 2, 0]),
        ([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 4, 0, 4, 0]),
        ([0, 0, 0, 0, 0], [0, 2, 0, 2, 0], [0, 0, 0, 0, 0]),
    ),
}


def _filtered(seen: Plane, kernels: tuple[Plane, ...]) -> Plane:
    sums = [np.asarray(cv2.filter2D(seen, -1, each, borderType=cv2.BORDER_REFLECT_101)) for each in kernels]
    green, beside, above, diagonal = (each.reshape(seen.shape) for each in sums)
    colours = {
        (0, 0): (seen, green, diagonal),
        (0, 1): (beside, seen, above),
        (1, 0): (above, seen, beside),
        (1, 1): (diagonal, green, seen),
    }
    image = np.empty((*seen.shape, 3), np.float32)
    for (row, column), found in colours.items():
        for channel, plane in enumerate(found):
            image[row::2, column::2, channel] = plane[row::2, column::2]
    return image


def _edge_aware(seen: Plane) -> Plane:
    levels = (np.clip(seen, 0, 1) * _WHITE + 0.5).astype(np.uint16)
    padded = cv2.copyMakeBorder(levels, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT_101)
    image = np.asarray(cv2.demosaicing(padded, cv2.COLOR_BayerRGGB2RGB_EA), np.float32)
    return image[_REACH:-_REACH, _REACH:-_REACH] / np.float32(_WHITE)
