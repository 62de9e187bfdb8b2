"""Patches of noise: cut from smooth places of real images, laid side by side to cover another image.

Ji et al., "Real-World Super-Resolution via Kernel Estimation and Noise Injection", CVPRW 2020.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.bounds import OneOrMore, Positive
from pipeline.errors import ImageError

GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Shares of red, green and blue in grey: BT.601's in full range."""


@dataclass(frozen=True)
class Smooth:
    """Which patches are smooth; grey levels are of 255.

    Args:
        side: of a patch, in pixels (authors' code: 256).
        variance: of its grey, below which it is smooth (authors' code: 20).
        darkest, brightest: between which its mean grey must lie: what is nearly black or white is clipped, and so is
            its noise (authors' code: above 50 for photographs of a phone, above 0 for others; the upper one is ours).
    """

    side: OneOrMore = 256
    variance: Positive = 20.0
    darkest: float = 50.0
    brightest: float = 205.0


def collected(images: Iterable[NDArray[np.uint8]], wanted: Smooth) -> NDArray[np.uint8]:
    """Return the smooth patches of ``images`` (H, W, 1) or (H, W, 3): what varies in them is noise.

    Patches lie side by side from the left upper corner on; grey images give three equal channels.

    Returns:
        (N, side, side, 3), in the order of the images.

    Raises:
        ImageError: there is no such patch.
    """
    found = [patch for image in images for patch in _cut(image, wanted.side) if _is_smooth(patch, wanted)]
    if not found:
        raise ImageError(f"no image has a patch like {wanted}; take smaller ones, or let them vary more")
    return np.stack(found)


def centred(patches: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the noise of ``patches`` (N, h, w, C), white being 1: each less the mean of each of its channels."""
    values = patches / np.float32(255) if patches.dtype == np.uint8 else patches.astype(np.float32)
    noise: NDArray[np.float32] = values - values.mean(axis=(1, 2), keepdims=True, dtype=np.float64).astype(np.float32)
    return noise


def tiled(patches: NDArray[np.float32], size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (H, W, C) of ``size``, mean 0 in each channel, from ``patches`` (N, h, w, C).

    A patch of chance, cut at a place of chance; where none is large enough, several side by side.
    """
    height, width = patches.shape[1:3]
    rows, columns = -(-size[0] // height), -(-size[1] // width)
    chosen = patches[rng.integers(len(patches), size=(rows, columns))]
    whole = chosen.swapaxes(1, 2).reshape(rows * height, columns * width, -1)
    top, left = (int(rng.integers(have - want + 1)) for have, want in zip(whole.shape[:2], size, strict=True))
    noise: NDArray[np.float32] = whole[top : top + size[0], left : left + size[1]]
    return noise - noise.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)


def _cut(image: NDArray[np.uint8], side: int) -> Iterable[NDArray[np.uint8]]:
    colours = np.broadcast_to(image, (*image.shape[:2], 3))
    for top in range(0, image.shape[0] - side + 1, side):
        for left in range(0, image.shape[1] - side + 1, side):
            yield colours[top : top + side, left : left + side]


def _is_smooth(patch: NDArray[np.uint8], wanted: Smooth) -> bool:
    grey = patch @ GREY
    return bool(grey.var() < wanted.variance and wanted.darkest < grey.mean() < wanted.brightest)
