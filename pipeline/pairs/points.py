"""Points of an image, for networks that restore any point of the plane: where they lie, and what HR is there.

Chen, Liu, Wang, "Learning Continuous Image Representation with Local Implicit Image Function", CVPR 2021,
arXiv:2012.09161, section 4.1. The authors count coordinates from -1 to 1 over an image, and sizes alike; here both are
in LR pixels, so that a point of a tile is that of the whole image moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.kinds import Size

PLACED = ("coord", "cell")
"""The fields that say where something is restored; float64, so that a place in a tile is the one in the image."""
SAMPLED = "hr_at"
"""The field of HR at points that were drawn; where nobody reads it, the points are all pixels of HR."""


@dataclass(frozen=True)
class Line:
    """Pixels of HR along one side of an image.

    Args:
        first: the first of them.
        count: how many.
        cell: the side of an HR pixel, in LR pixels.
        begin: where what is read of LR begins, in LR pixels.
    """

    first: int
    count: int
    cell: float
    begin: int = 0

    @property
    def places(self) -> NDArray[np.float64]:
        """The middle of each pixel, in LR pixels from the edge of what is read."""
        middles = np.arange(self.first, self.first + self.count, dtype=np.float64) + 0.5
        return middles * self.cell - self.begin


def whole(low: Size, high: Size) -> tuple[Line, Line]:
    """Return all rows and columns of an HR image of the size ``high``, of an LR image of ``low``."""
    rows, columns = (Line(0, made, read / made) for read, made in zip(low, high, strict=True))
    return rows, columns


def grid(rows: Line, columns: Line) -> dict[str, NDArray[np.float64]]:
    """Return the fields of all pixels in ``rows`` and ``columns``: ``coord`` (1, H, W, 2) and ``cell`` (1, 2)."""
    coord = np.stack(np.meshgrid(rows.places, columns.places, indexing="ij"), axis=-1)
    return {"coord": coord[None], "cell": np.array([[rows.cell, columns.cell]])}


def sampled(low: Size, hr: NDArray[Any], rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Return as many pixels of a patch of HR as it has LR pixels, drawn without repetition, and where they lie.

    Args:
        low: height and width of the patch of LR.
        hr: (H, W, C).

    Returns:
        ``coord`` (h, w, 2), ``cell`` (2,), and ``hr_at`` (h, w, C).
    """
    rows, columns = whole(low, (hr.shape[0], hr.shape[1]))
    drawn = rng.choice(rows.count * columns.count, low, replace=False)
    down, right = np.divmod(drawn, columns.count)
    coord = np.stack([rows.places[down], columns.places[right]], axis=-1)
    return {"coord": coord, "cell": np.array([rows.cell, columns.cell]), SAMPLED: hr[down, right]}
