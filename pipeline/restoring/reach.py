"""How far a network looks and how much memory it takes, measured on the network itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.errors import BatchError
from pipeline.learning.handing import Handing
from pipeline.learning.recipe import Recipe
from pipeline.restoring.image import fields_of

ALIGNED = 8
"""Tiles begin at multiples of so many LR pixels: a network that halves its grid, or has windows, sees the same grid."""

_LONGEST = 1024 + ALIGNED
_Lines: TypeAlias = tuple[slice, slice]


@dataclass(frozen=True)
class Reach:
    """What a recipe needs to restore a part of an image as it would restore the whole.

    Args:
        pixels: LR pixels around the part that must be there, a multiple of ``grid``; None when every output pixel
            depends on the whole image.
        memory: bytes that its largest layer reads and writes, for each LR pixel.
        grid: a part must begin at a multiple of so many LR pixels.
    """

    pixels: int | None
    memory: float
    grid: int = ALIGNED


def reach_of(recipe: Recipe, scale: float, device: torch.device) -> Reach:
    """Measure: pixels that are no numbers go in, and wherever they leave a trace the output depends on them.

    What is added or multiplied with NaN is NaN, so the trace shows what the layers connect, whatever their weights. It
    does not show that a result depends on the size of the image: such a network says so beside itself, as
    ``looks_far = True`` of its class. Nor does it show that a network works on a grid: one whose grid is coarser than
    ``ALIGNED`` says its ``grid``, the LR pixels by whose multiples an image may be moved and is restored alike.

    Raises:
        BatchError: the network reads more than one LR image.
    """
    network, memory = getattr(recipe, recipe.keeps[0]), 0.0
    if recipe.looks_far or getattr(network, "looks_far", False):
        return Reach(None, memory)
    grid = math.lcm(ALIGNED, getattr(network, "grid", 1))
    length = 9 * grid
    while length <= _LONGEST:
        upright = _trace(recipe, (length, 2 * grid), scale, device, grid)
        lying = _trace(recipe, (2 * grid, length), scale, device, grid)
        reach, memory = max(upright.pixels or 0, lying.pixels or 0), max(upright.memory, lying.memory)
        if 2 * reach + grid < length:
            return Reach(-(-reach // grid) * grid, memory, grid)
        length = 2 * length - grid
    return Reach(None, memory)


@torch.no_grad()
def _trace(recipe: Recipe, size: tuple[int, int], scale: float, device: torch.device, grid: int) -> Reach:
    """Return how far the trace of the middle ``grid`` pixels goes along the longer side."""
    axis, length = int(size[1] > size[0]), max(size)
    middle = slice((length - grid) // 2, (length + grid) // 2)
    image: NDArray[Any] = np.full((*size, 3), 0.5, np.float32)
    image[(slice(None), middle) if axis else (middle, slice(None))] = np.nan
    network = getattr(recipe, recipe.keeps[0])
    batch = fields_of({"lr": image}, Handing(network).reads, scale, device)
    told = f"the network `{type(network).__name__}` restores clips, not images"
    with _layers(network) as sizes:
        try:
            output = next(iter(recipe.restore(batch).values()))
        except RuntimeError as error:  # torch's for a batch of another shape
            raise BatchError(f"{told}, or fails: {str(error).splitlines()[0]}") from error
    if output.ndim != 4:
        raise BatchError(told)
    lines = output.isnan().any(dim=1).any(dim=2 - axis)[0].nonzero()
    first, last = int(int(lines.min()) / scale), math.ceil((int(lines.max()) + 1) / scale) - 1
    return Reach(max(middle.start - first, last + 1 - middle.stop), max(sizes) / (size[0] * size[1]))


@contextmanager
def _layers(network: nn.Module) -> Iterator[list[int]]:
    """Yield a list that gets the bytes read and written by each layer that runs."""
    sizes = [0]

    def note(_layer: nn.Module, given: tuple[Any, ...], made: Any) -> None:
        tensors = [each for each in (*given, made) if isinstance(each, Tensor)]
        sizes.append(sum(each.numel() * each.element_size() for each in tensors))

    leaves = [each for each in network.modules() if not list(each.children())]
    handles = [each.register_forward_hook(note) for each in leaves]
    try:
        yield sizes
    finally:
        for handle in handles:
            handle.remove()
