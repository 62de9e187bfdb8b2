"""The eight ways to lay a picture on the table: flips and quarter turns."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

TURNS = 8
FLIPS = {1: 1, 2: 0, 3: -1}
"""What OpenCV calls left-right, upside down, and both."""


def turned(image: NDArray[Any], turn: int) -> NDArray[Any]:
    """Return one of the eight dihedral versions of ``image`` (..., H, W, C), 0 to 7: 0 is the image itself.

    Bit 1 of ``turn`` flips left and right, bit 2 top and bottom, bit 4 exchanges rows and columns at the end.
    """
    if image.ndim > 3:
        return np.stack([turned(each, turn) for each in image])
    picture = np.asarray(image)
    if turn & 3:
        picture = cv2.flip(picture, FLIPS[turn & 3])
    if turn & 4:
        picture = cv2.transpose(picture)
    return picture.reshape(*picture.shape[:2], image.shape[-1])  # OpenCV drops the axis of a single channel


def undoing(turn: int) -> int:
    """Return the turn that undoes ``turn``: exchanged axes exchange the flips as well.

    >>> [undoing(turn) for turn in range(TURNS)]
    [0, 1, 2, 3, 4, 6, 5, 7]
    """
    return turn if turn < 4 else 4 | (turn & 1) << 1 | (turn & 2) >> 1
