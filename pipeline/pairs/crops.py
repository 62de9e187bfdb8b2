"""Where patches are cut: at any place alike, or rather where the detail is."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_float
from pipeline.images.gradient import steepness
from pipeline.kinds import Drawn
from pipeline.pairs.reading import PairSet, Window
from pipeline.shards.index import Entry, Place

Crops: TypeAlias = Literal["even", "detailed"]

FLAT = 1e-6
"""What a pixel counts beside its gradient, white being 1: by it alone all places of a constant image are alike."""


class Pick(NamedTuple):
    """What chance decides for fields of one image in one sample.

    Args:
        number: the number of the sample in its stream.
        entry: the image.
        fields: what is wanted of it.
        window: where it is cut.
        drawn: what each augmentation has drawn.
    """

    number: int
    entry: Entry
    fields: list[str]
    window: Window
    drawn: list[Drawn]


class Even:
    """Cuts at any place alike.

    Args:
        pairs: the images.
        patch: height and width of a patch, in LR pixels.
    """

    def __init__(self, pairs: PairSet, patch: int) -> None:
        self.pairs = pairs
        self.patch = patch

    def window(self, entry: Entry, rng: np.random.Generator) -> Window:
        """Draw a window of ``entry``."""
        top, left = (int(rng.integers(side - self.patch + 1)) for side in self.pairs.grid(entry))
        return Window(top, left, self.patch, self.patch)


class Detailed:
    """Cuts at a place as likely as there is detail: the sum of the gradient's magnitude over the window.

    The gradient is that of the luma of HR, or of LR where there is no HR: what noise an LR image has is no detail.
    KernelGAN (Bell-Kligler, Shocher, Irani, NeurIPS 2019, arXiv:1909.06581) cuts so; it has LR alone.

    An LR pixel is drawn by its gradient times the windows that hold it, then one of these windows, each as likely. For
    the pixel's row 8 bytes are kept of each row of an image that was seen; the row itself is computed when it is met.

    Args:
        pairs: the images.
        patch: height and width of a patch, in LR pixels.
    """

    def __init__(self, pairs: PairSet, patch: int) -> None:
        self.pairs = pairs
        self.patch = patch
        self._rows: dict[tuple[Place, float], NDArray[np.float64]] = {}

    def window(self, entry: Entry, rng: np.random.Generator) -> Window:
        """Draw a window of ``entry``."""
        height, width = self.pairs.grid(entry)
        rows = self._rows_of(entry)
        row, rest = _met(rows, rng.random() * rows[-1])
        of_row = self._detail(entry, row, 1)[0] * self._holding(width) * self._holding(height)[row]
        column, _ = _met(np.cumsum(of_row), rest)
        top, left = (self._beginning(at, side, rng) for at, side in ((row, height), (column, width)))
        return Window(top, left, self.patch, self.patch)

    def _rows_of(self, entry: Entry) -> NDArray[np.float64]:
        """Return what all pixels of each row and of those above it weigh."""
        place = entry.planes[_plane(entry)], self.pairs.scale_of(entry)
        if place not in self._rows:
            height, width = self.pairs.grid(entry)
            detail = self._detail(entry, 0, height) * self._holding(width)
            self._rows[place] = np.cumsum(detail.sum(axis=1) * self._holding(height))
        return self._rows[place]

    def _holding(self, side: int) -> NDArray[np.int64]:
        """Return how many windows hold each of ``side`` pixels."""
        pixels, windows = np.arange(side), side - self.patch + 1
        return np.minimum(np.minimum(pixels + 1, side - pixels), min(self.patch, windows))

    def _beginning(self, pixel: int, side: int, rng: np.random.Generator) -> int:
        """Draw where a window that holds ``pixel`` of ``side`` begins."""
        first, last = max(pixel - self.patch + 1, 0), min(pixel, side - self.patch)
        return int(rng.integers(first, last, endpoint=True))

    def _detail(self, entry: Entry, top: int, height: int) -> NDArray[np.float64]:
        """Return the detail of ``height`` rows of LR pixels from ``top`` on, (height, w), summed over frames."""
        name, grid = _plane(entry), self.pairs.grid(entry)
        scale = int(self.pairs.scale_of(entry)) if name == "hr" else 1  # the check of params.yaml: it is whole
        whole = self.pairs.shards.plane(entry, name)[..., : grid[0] * scale, : grid[1] * scale, :]
        first, last = top * scale, (top + height) * scale
        above = min(first, 1)  # the gradient of a row takes the rows beside it
        steep = steepness(to_float(luma(whole[..., first - above : last + 1, :, :])))
        steep = steep[..., above : above + last - first, :] + np.float32(FLAT)
        return steep.reshape(-1, height, scale, grid[1], scale).sum(axis=(0, 2, 4), dtype=np.float64)


CROPS: dict[Crops, type[Even | Detailed]] = {"even": Even, "detailed": Detailed}


def _plane(entry: Entry) -> str:
    return "hr" if "hr" in entry.planes else "lr"


def _met(sums: NDArray[np.float64], reached: float) -> tuple[int, float]:
    """Return the first place at which ``sums``, which rise, lie above ``reached``, and what is left for that place."""
    place = min(int(np.searchsorted(sums, reached, side="right")), len(sums) - 1)
    return place, reached - (sums[place - 1] if place else 0.0)
