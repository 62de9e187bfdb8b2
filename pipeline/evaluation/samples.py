"""Sample images of a model: a crop of LR enlarged, restored, and true, side by side, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_uint8
from pipeline.images.resize import resize
from pipeline.pairs.reading import LR_GRID, PairSet, Window
from pipeline.restoring.ensemble import SelfEnsemble
from pipeline.restoring.image import Restored, restore
from pipeline.saved import load_recipe
from pipeline.shards.index import Entry

IMAGES = 4
SIDE = 64
"""LR pixels of a crop's side."""
MARGIN = 8
"""LR pixels of it at each side that are restored, so that the border of the crop is no border, but not shown."""
GAP = 4
"""White pixels between the crops."""


@dataclass(frozen=True)
class Sample:
    """A crop of one image: LR enlarged by MATLAB's bicubic, restored, true; uint8 (H, W, C), side by side."""

    image: str
    pixels: NDArray[np.uint8]


def samples(model: Path, pairs: Path, device: torch.device, self_ensemble: SelfEnsemble) -> list[Sample]:
    """Return the sample of each of the first images of ``pairs`` that has a truth; of a clip, its first frame.

    Args:
        self_ensemble: as the suite has it that the model is judged on.
    """
    recipe, known = load_recipe(model).to(device), PairSet(pairs)
    entries = [each for each in known.entries if "hr" in each.planes and set(LR_GRID) & each.planes.keys()]
    made = []
    for entry in entries[:IMAGES]:
        window = _busiest(known, entry)
        planes = {name: known.field(entry, name, window) for name in entry.planes if name != "hr"}
        restored = restore(recipe, planes, known.scale_of(entry), device, self_ensemble)
        made.append(Sample(entry.key, _side_by_side(known, entry, window, restored)))
    return made


def _side_by_side(pairs: PairSet, entry: Entry, window: Window, restored: Restored) -> NDArray[np.uint8]:
    low, high = _low(pairs, entry, window), _first(pairs.field(entry, "hr", window))
    size = high.shape[:2]
    crops = [to_uint8(resize(_unit(low), size)), _shown(restored), high]
    if low.shape[-1] == 1:
        crops = [each if each.shape[-1] == 1 else luma(each)[..., None] for each in crops]
    margin = round(MARGIN * pairs.scale_of(entry))
    margin = margin if min(size) > 4 * margin else 0
    inner = [each[margin : size[0] - margin, margin : size[1] - margin] for each in crops]
    gap = np.full((inner[0].shape[0], GAP, inner[0].shape[2]), 255, np.uint8)
    return np.concatenate([inner[0], gap, inner[1], gap, inner[2]], axis=1)


def _low(pairs: PairSet, entry: Entry, window: Window) -> NDArray[Any]:
    name = next(each for each in LR_GRID if each in entry.planes)
    return _first(pairs.field(entry, name, window))


def _shown(restored: Restored) -> NDArray[np.uint8]:
    if restored.pixels is not None:
        return _first(restored.pixels)
    assert restored.luma is not None
    frame = restored.luma if restored.luma.ndim == 2 else restored.luma[0]
    return to_uint8(frame)[..., None]


def _first(image: NDArray[Any]) -> NDArray[Any]:
    """Return an image itself, of a clip its first frame."""
    return image[0] if image.ndim == 4 else image


def _unit(image: NDArray[Any]) -> NDArray[np.float32]:
    return (image / np.float32(255) if image.dtype == np.uint8 else image).astype(np.float32)


def _busiest(pairs: PairSet, entry: Entry) -> Window:
    """Return the window, on a grid of half its side, where the true image changes most from pixel to pixel."""
    rows, columns = pairs.grid(entry)
    high, wide = min(SIDE, rows), min(SIDE, columns)
    places = [
        Window(top, left, high, wide)
        for top in range(0, rows - high + 1, SIDE // 2)
        for left in range(0, columns - wide + 1, SIDE // 2)
    ]
    return max(places, key=lambda window: _change(_first(pairs.field(entry, "hr", window))))


def _change(image: NDArray[np.uint8]) -> float:
    values = image.astype(np.float32)
    return float(np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean())
