"""Enlarging a picture of any size, kind and depth with a model, tile by tile."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.errors import ImageError
from pipeline.images.resize import resize
from pipeline.images.scale import high
from pipeline.learning.arithmetic import choose
from pipeline.learning.handing import anywhere, scale_for
from pipeline.learning.recipe import Recipe
from pipeline.learning.settings import EXACT, Engine
from pipeline.pairs.points import Line
from pipeline.restoring.image import restore
from pipeline.restoring.reach import Reach, reach_of
from pipeline.restoring.tiles import Span, tiles
from pipeline.saved import load_recipe

log = logging.getLogger(__name__)

MEMORY = 320 * 2**20
"""Bytes that the largest layer may read and write for one tile, unless said otherwise."""
LARGEST = 2048
"""Pixels on a side of an enlarged tile, at most: colours and interpolation take memory too."""
TOP = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}
"""The brightest level of each depth."""


@dataclass(frozen=True)
class Enlarger:
    """A model that enlarges pictures.

    Args:
        recipe: the model's recipe with its trained networks, on ``device``.
        scale: HR pixels per LR pixel; the enlarged image is ``round`` of it times the size.
        reach: what it needs around a tile.
        window: height and width of a tile, in LR pixels, with what is read around it; a multiple of ``reach.grid``.
    """

    recipe: Recipe
    scale: float
    reach: Reach
    window: int
    device: torch.device

    def __call__(self, pixels: NDArray[Any], name: str | None = None) -> NDArray[Any]:
        """Return ``pixels`` enlarged, of the same depth and channels; equal to what one pass over the whole gives.

        Grey stays grey: a network on colours restores three equal channels, and their mean is kept. Alpha is enlarged
        by bicubic interpolation.

        Args:
            pixels: (h, w, C), uint8 or uint16; C 1 (grey), 3 (RGB) or 4 (RGB and alpha).
            name: what the progress bar says; None for no bar.

        Raises:
            ImageError: pixels of another shape or dtype.
        """
        _check(pixels)
        height, width, channels = pixels.shape
        scale, colours, size = self.scale, min(channels, 3), high((height, width), self.scale)
        large = np.empty((*size, channels), pixels.dtype)
        cuts = list(tiles(height, width, self._window_for(pixels), self.reach.pixels or 0, self.reach.grid))
        for rows, columns in tqdm(cuts, desc=name, unit="tile", disable=None if name else True):
            large[rows.made(scale), columns.made(scale), :colours] = self._tile(pixels[..., :colours], rows, columns)
        if channels > colours:
            large[..., colours:] = _enlarged(pixels[..., colours:], size)
        return large

    def _tile(self, pixels: NDArray[Any], rows: Span, columns: Span) -> NDArray[Any]:
        """Return what a tile gives of the enlarged image."""
        part, scale = pixels[rows.read(), columns.read()], self.scale
        if not anywhere(getattr(self.recipe, self.recipe.keeps[0])):
            return self._restored(part)[rows.kept(scale), columns.kept(scale)]
        height, width = pixels.shape[:2]
        tall, wide = high((height, width), scale)
        return self._restored(part, (rows.line(scale, height / tall), columns.line(scale, width / wide)))

    def _window_for(self, pixels: NDArray[Any]) -> int:
        return max(pixels.shape[:2]) if self.reach.pixels is None else self.window

    def _restored(self, part: NDArray[Any], at: tuple[Line, Line] | None = None) -> NDArray[Any]:
        """Restore one tile, (h, w, 1 or 3), or what lies ``at`` some of its rows and columns."""
        deep = part.dtype != np.uint8
        lr = (part / np.float32(TOP[part.dtype])).astype(np.float32) if deep else np.ascontiguousarray(part)
        restored = restore(self.recipe, {"lr": lr}, self.scale, self.device, at=at).pixels
        assert restored is not None
        return restored if restored.shape[-1] == part.shape[-1] else _mean(restored)


def enlarger(
    model: Path, device: torch.device, memory: int = MEMORY, engine: Engine = EXACT, scale: float | None = None
) -> Enlarger:
    """Return what enlarges with the model in the folder ``model``; how far it looks is measured.

    Args:
        engine: the arithmetic; ``bf16`` is faster and may move a pixel by a grey level.
        memory: bytes that the largest layer may read and write for one tile; the larger, the less is read twice. A
            network that looks far takes more.
        scale: HR pixels per LR pixel; None for that of a network which has one.

    Raises:
        LearningError: the network does not enlarge by ``scale``.
        DataError: ``model`` is no model folder.
        BatchError: the network reads more than an LR image.
    """
    recipe: Recipe = load_recipe(model).to(device)
    network = getattr(recipe, recipe.keeps[0])
    scale = scale_for(network, scale)
    reach = reach_of(recipe, scale, device)
    if not anywhere(network) and not isinstance(scale, int):
        reach = replace(reach, pixels=None)  # a tile would not begin with a pixel of HR
    if reach.pixels is None:
        log.info("%s: needs the whole image; it is restored in one piece, whatever memory that takes", model.name)
    else:
        networks = [getattr(recipe, player) for player in recipe.keeps]
        recipe.arithmetic = choose(_without_auto(engine), device, model.name, networks)
        recipe.arithmetic.prepare(networks)
    wide = 2 if recipe.arithmetic.precision == "bf16" else 1
    return Enlarger(recipe, scale, reach, window_for(reach, scale, wide * memory), device)


def _without_auto(engine: Engine) -> Engine:
    """Return ``engine``, compiling only where that is asked for: it takes longer than most pictures."""
    return engine if engine.compile == "on" else replace(engine, compile="off")


def window_for(reach: Reach, scale: float, memory: int) -> int:
    """Return the side, in LR pixels, of the largest tile that ``memory`` and ``LARGEST`` allow.

    But no smaller than four times the reach: a tile then gives half of its side, and what is read for its surroundings
    is three quarters of the work, whatever memory that takes.
    """
    read = min(math.isqrt(int(memory / max(reach.memory, 1))), int(LARGEST / scale))
    return max(read // reach.grid * reach.grid, 4 * (reach.pixels or 0), reach.grid)


def _check(pixels: NDArray[Any]) -> None:
    if pixels.dtype not in TOP or pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or not pixels.size:
        given = f"{pixels.dtype} {pixels.shape}"
        raise ImageError(f"cannot enlarge {given}; it must be uint8 or uint16 (h, w, C), C 1, 3 or 4")


def _mean(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the mean of the channels, rounded half up, as one channel."""
    return ((pixels.sum(axis=-1, keepdims=True, dtype=np.uint32) * 2 + 3) // 6).astype(pixels.dtype)


def _enlarged(plane: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Return ``plane`` of either depth enlarged by bicubic interpolation."""
    if plane.dtype == np.uint8:
        return resize(plane, size)
    return np.clip(resize(plane.astype(np.float32), size) + 0.5, 0, TOP[plane.dtype]).astype(plane.dtype)
