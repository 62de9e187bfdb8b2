"""What a camera's processing does to colours, and back: from an sRGB image to the light on the sensor and forth again.

Brooks et al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019, arXiv:1811.11127. The numbers of the gains
and the matrices are those of the authors' code (`google-research/unprocessing`). It differs in one place: the authors
process only to white balance, colours and gamma; here brightening and the tone curve are done again, too, so that
processing is the inverse of unprocessing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

XYZ_TO_CAMERA = np.array(
    [
        [[1.0234, -0.2969, -0.2266], [-0.5625, 1.6328, -0.0469], [-0.0703, 0.2188, 0.6406]],
        [[0.4913, -0.0541, -0.0202], [-0.613, 1.3513, 0.2906], [-0.1564, 0.2151, 0.7183]],
        [[0.838, -0.263, -0.0639], [-0.2887, 1.0725, 0.2496], [-0.0627, 0.1427, 0.5438]],
        [[0.6596, -0.2079, -0.0562], [-0.4782, 1.3016, 0.1933], [-0.097, 0.1581, 0.5181]],
    ]
)
"""The colour matrices of the paper's four cameras."""
_SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
GAMMA = 2.2
DARK = 1e-8
"""The least light whose gamma is taken: below it the curve is too steep for float32."""
BRIGHT = 0.9
"""The mean of red, green and blue from which on a pixel begins to count as clipped."""


@dataclass(frozen=True)
class Camera:
    """What a camera does to colours.

    Args:
        gains: factors of red, green and blue: white balance times brightening.
        matrix: (3, 3), from linear sRGB to the sensor's colours; its rows sum to 1, so that grey stays grey.
    """

    gains: NDArray[np.float32]
    matrix: NDArray[np.float64]


def camera(weights: Sequence[float], red: float, blue: float, gain: float) -> Camera:
    """Return a camera.

    Args:
        weights: the shares of the four cameras in the matrix, whose sum is 1.
        red, blue: the white balance of these channels beside green.
        gain: the brightening of all three.
    """
    matrix = np.tensordot(np.asarray(weights), XYZ_TO_CAMERA, 1) @ _SRGB_TO_XYZ
    return Camera(gain * np.array([red, 1, blue], np.float32), matrix / matrix.sum(axis=1, keepdims=True))


def unprocessed(image: NDArray[np.float32], by: Camera) -> NDArray[np.float32]:
    """Return the light of an sRGB ``image`` (H, W, 3) in the sensor's colours, linear, not clipped.

    What is nearly white is white light: it is divided less by the gains, so that it is as bright in all channels.
    """
    light = _turned(_untoned(image) ** np.float32(GAMMA), by.matrix)
    grey = light.mean(axis=-1, keepdims=True)
    clipped = (np.maximum(grey - np.float32(BRIGHT), 0) / np.float32(1 - BRIGHT)) ** 2
    factors = 1 / by.gains
    return light * np.maximum(clipped + (1 - clipped) * factors, factors)


def processed(balanced: NDArray[np.float32], by: Camera) -> NDArray[np.float32]:
    """Return the sRGB image of what a sensor saw, (H, W, 3), the gains of ``by`` already applied."""
    linear = np.clip(_turned(balanced, np.linalg.inv(by.matrix)), np.float32(DARK), 1)
    return _toned(linear ** np.float32(1 / GAMMA))


def _turned(colours: NDArray[np.float32], matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    return colours @ matrix.T.astype(np.float32)


def _toned(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the smoothstep of ``image``, the paper's tone curve."""
    return image * image * (3 - 2 * image)


def _untoned(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what smoothstep makes ``image`` of, which is clipped to [0, 1] first."""
    dark = 1 - 2 * np.clip(image, 0, 1)
    return np.maximum(0.5 - np.sin(np.arcsin(dark) / 3), np.float32(DARK))
