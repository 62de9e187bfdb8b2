"""Where patches are cut: at any place alike, or rather where the detail is."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_float
from pipeline.images.gradient import steepness
from pipeline.kinds import Drawn
from pipeline.pairs.reading import HR_GRID, LR_GRID, PairSet, Window
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

    One number is drawn. It leads to a row by sums that are kept, 8 bytes for each row of an LR image once seen, and
    from there to a column by the gradient of the rows in question, which is computed anew.

    Args:
        pairs: the images.
        patch: height and width of a patch, in LR pixels.
    """

    def __init__(self, pairs: PairSet, patch: int) -> None:
        self.pairs = pairs
        self.patch = patch
        self._rows: dict[Place, NDArray[np.float64]] = {}

    def window(self, entry: Entry, rng: np.random.Generator) -> Window:
        """Draw a window of ``entry``."""
        rows = self._rows_of(entry)
        top, rest = _met(rows, rng.random() * rows[-1])
        detail = self._detail(entry, top, self.patch).sum(axis=0)
        left, _ = _met(np.cumsum(_slid(detail, self.patch)), rest)
        return Window(top, left, self.patch, self.patch)

    def _rows_of(self, entry: Entry) -> NDArray[np.float64]:
        """Return, for every top of a window, the detail of all windows that begin there or above."""
        place = entry.planes[_plane(entry)]
        if place not in self._rows:
            height, width = self.pairs.grid(entry)
            windows = np.convolve(np.ones(width - self.patch + 1), np.ones(self.patch))  # that hold each column
            self._rows[place] = np.cumsum(_slid(self._detail(entry, 0, height) @ windows, self.patch))
        return self._rows[place]

    def _detail(self, entry: Entry, top: int, height: int) -> NDArray[np.float64]:
        """Return the detail of ``height`` rows of LR pixels from ``top`` on, (height, w), summed over frames."""
        name, grid = _plane(entry), self.pairs.grid(entry)
        scale = self.pairs.facts.scale if name in HR_GRID else 1
        whole = self.pairs.shards.plane(entry, name)[..., : grid[0] * scale, : grid[1] * scale, :]
        first, last = top * scale, (top + height) * scale
        above = min(first, 1)  # the gradient of a row takes the rows beside it
        steep = steepness(_in_unit(luma(whole[..., first - above : last + 1, :, :])))
        steep = steep[..., above : above + last - first, :] + np.float32(FLAT)
        return steep.reshape(-1, height, scale, grid[1], scale).sum(axis=(0, 2, 4), dtype=np.float64)


CROPS: dict[Crops, type[Even | Detailed]] = {"even": Even, "detailed": Detailed}


def _plane(entry: Entry) -> str:
    return next(name for name in (*HR_GRID, *LR_GRID) if name in entry.planes)


def _in_unit(values: NDArray[Any]) -> NDArray[np.float32]:
    return to_float(values) if values.dtype == np.uint8 else values


def _slid(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the sums of every ``count`` neighbours."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    slid: NDArray[np.float64] = sums[count:] - sums[:-count]
    return slid


def _met(sums: NDArray[np.float64], reached: float) -> tuple[int, float]:
    """Return the first place at which ``sums``, which rise, lie above ``reached``, and what is left for that place."""
    place = min(int(np.searchsorted(sums, reached, side="right")), len(sums) - 1)
    return place, reached - (sums[place - 1] if place else 0.0)
