"""Luma restored in floating point as the 8-bit levels that are compared and shown."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.images.colour import LUMA_RANGE, to_uint8


def levels(luma: NDArray[np.float32], truth: NDArray[Any]) -> NDArray[np.uint8]:
    """Round restored ``luma`` in [0, 1]; clip it to the range of colours, 16 to 235, unless ``truth`` is grey.

    Args:
        luma: (..., H, W).
        truth: the true image, (..., H, W, C), C 1 or 3.
    """
    own = to_uint8(luma)
    return own if truth.shape[-1] == 1 else own.clip(*LUMA_RANGE)
