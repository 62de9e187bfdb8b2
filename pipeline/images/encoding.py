"""Pixels as WebP: exact, or small."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError

LOSSLESS = 101
"""OpenCV's word for it: a quality above 100."""
CONTEXT = 60
"""The quality of a picture that only shows where something lies."""


def lossless(image: NDArray[np.uint8]) -> bytes:
    """Return uint8 (H, W, 1) or RGB (H, W, 3) as a WebP that decodes to the same pixels, grey ones as R = G = B."""
    return _webp(image, LOSSLESS)


def thumbnail(image: NDArray[np.uint8], side: int) -> bytes:
    """Return ``image``, (H, W, 1) or RGB (H, W, 3), shrunk to at most ``side`` pixels and compressed with loss."""
    height, width = image.shape[:2]
    factor = min(1.0, side / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _webp(small.reshape(size[1], size[0], -1), CONTEXT)


def _webp(image: NDArray[np.uint8], quality: int) -> bytes:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
        raise ImageError(f"cannot encode {image.dtype} {image.shape}; it must be uint8 (H, W, 1) or (H, W, 3)")
    pixels = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR if image.shape[2] == 1 else cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, quality])
    return encoded.tobytes()
