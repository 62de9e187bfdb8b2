"""Brightness, contrast, saturation and hue of float32 images (..., H, W, C) in [0, 1], C being 1 or 3.

As torchvision defines them for tensors of floats: https://docs.pytorch.org/vision/stable, ``ColorJitter``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

GREY = np.array([[0.2989], [0.5870], [0.1140]], np.float32)
"""Shares of red, green and blue in grey, which sum to 0.9999, as torchvision has them."""
TURN = 360.0
COLOURS = 3


def brightened(image: Image, factor: float) -> Image:
    """Return ``image`` times ``factor``, clipped to [0, 1]."""
    return np.clip(image * np.float32(factor), 0, 1)


def contrasted(image: Image, factor: float) -> Image:
    """Return ``image`` with every distance from the mean of its grey times ``factor``, clipped; frame by frame."""
    mean = _grey(image).mean(axis=(-3, -2, -1), keepdims=True)
    return _blended(image, mean, factor)


def saturated(image: Image, factor: float) -> Image:
    """Return ``image`` with every distance from a pixel's own grey times ``factor``, clipped; grey images stay."""
    return _blended(image, _grey(image), factor) if image.shape[-1] == COLOURS else image


def turned(image: Image, angle: float) -> Image:
    """Return ``image``, in [0, 1], with its hue in HSV moved by ``angle`` degrees; 120 makes green of red."""
    if image.shape[-1] != COLOURS or angle % TURN == 0:
        return image
    rows = image.reshape(-1, *image.shape[-2:])
    hsv = np.asarray(cv2.cvtColor(rows, cv2.COLOR_RGB2HSV), np.float32)
    hsv[..., 0] = (hsv[..., 0] + np.float32(angle)) % TURN
    return np.clip(np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.float32).reshape(image.shape), 0, 1)


def _grey(image: Image) -> Image:
    return image if image.shape[-1] != COLOURS else image @ GREY


def _blended(image: Image, other: Image, factor: float) -> Image:
    return np.clip(np.float32(factor) * image + np.float32(1 - factor) * other, 0, 1)
