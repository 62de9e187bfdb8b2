"""Real photographs of any size, without a download: those of the scikit-image wheel, mirrored at their edges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.kinds import Store
from pipeline.sources.photos import Photos

DIV2K = (1356, 2040)
"""Height and width of most images of DIV2K, in pixels."""


def pictures(count: int, height: int, width: int) -> Iterator[NDArray[np.uint8]]:
    """Yield ``count`` different RGB pictures (height, width, 3) of photographs."""
    photographs = _photographs()
    for number in range(count):
        picture = photographs[number % len(photographs)]
        picture = np.roll(picture, 37 * number, axis=(0, 1))
        yield _grown(picture, height, width)


def _grown(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    rows, columns = max(height - picture.shape[0], 0), max(width - picture.shape[1], 0)
    grown: NDArray[Any] = np.pad(picture, ((0, rows), (0, columns), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(grown[:height, :width])


@cache
def _photographs() -> list[NDArray[np.uint8]]:
    """Return those in colour, the charts and textures left out."""
    planes = (sample.planes["hr"] for split in ("train", "test") for sample in Photos(split).samples(Store(Path())))
    return [plane for plane in planes if plane.shape[-1] == 3]
