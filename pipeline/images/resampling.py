"""OpenCV's resize, for those who have made their LR images with it: no antialiasing, the edge repeated."""

from typing import Literal, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample", np.uint8, np.float32)
Method: TypeAlias = Literal["nearest", "bilinear", "bicubic", "area", "lanczos4"]

METHODS: dict[Method, int] = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos4": cv2.INTER_LANCZOS4,
}
IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""


def resampled(image: NDArray[Sample], size: tuple[int, int], kernel: Method) -> NDArray[Sample]:
    """Return ``image`` (H, W, C) or (T, H, W, C) at ``size``, height and width in pixels.

    Args:
        kernel: ``bicubic`` has a = -0.75; ``area`` averages the pixels that one covers when both sides shrink, and is
            much like ``bilinear`` otherwise; ``lanczos4`` reaches four pixels to either side.
    """
    if image.ndim > IMAGE:
        return np.stack([resampled(frame, size, kernel) for frame in image])
    if image.shape[:2] == size:
        return image
    height, width = size
    made: NDArray[Sample] = np.asarray(cv2.resize(image, (width, height), interpolation=METHODS[kernel]), image.dtype)
    return made.reshape(*size, image.shape[-1])
