"""Smooth maps of weights, by which several versions of one image are blended: at every pixel they sum to 1."""

import cv2
import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]

STEEP = 3.0
"""How much the natural logarithms of two weights of a field differ for each standard deviation between them."""


def ramp(size: tuple[int, int], count: int, angle: float) -> Maps:
    """Return maps (count, H, W) along a direction: the first at one end, the last at the other, each into the next.

    Args:
        angle: of that direction, from the columns' axis (to the right) towards the rows' (down), in degrees.
    """
    height, width = size
    across, down = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    x, y = np.arange(width) - (width - 1) / 2, np.arange(height)[:, None] - (height - 1) / 2
    reach = abs(across) * (width - 1) / 2 + abs(down) * (height - 1) / 2
    way = 0.5 + (across * x + down * y) / (2 * max(reach, 0.5))
    place = np.clip(way, 0, 1) * (count - 1)
    return np.stack([np.maximum(1 - np.abs(place - each), 0) for each in range(count)]).astype(np.float32)


def field(size: tuple[int, int], count: int, cells: int, rng: np.random.Generator) -> Maps:
    """Return maps (count, H, W) of patches of chance: the softmax of as many smooth Gaussian fields.

    Args:
        cells: independent values of a field along each side of the image; between them it is interpolated, bicubically.
    """
    height, width = size
    coarse = rng.standard_normal((count, cells, cells))
    fields = np.stack([cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in coarse])
    weights = np.exp(STEEP * (fields - fields.max(axis=0)))
    return np.asarray(weights / weights.sum(axis=0), np.float32)
