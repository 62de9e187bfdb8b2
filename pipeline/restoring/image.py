"""Running a model on one image or clip: fields made from its planes, luma completed, pixels rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.errors import BatchError, ImageError
from pipeline.images.colour import to_float, to_rgb, to_uint8, to_uint16, to_ycbcr
from pipeline.images.resize import resize
from pipeline.images.scale import high
from pipeline.kinds import Fields
from pipeline.learning.recipe import Recipe
from pipeline.pairs.batches import channels_first
from pipeline.pairs.derive import derived
from pipeline.pairs.points import PLACED, Line, grid, whole
from pipeline.pairs.reading import LR_GRID
from pipeline.restoring.ensemble import SelfEnsemble, ensembled


@dataclass(frozen=True)
class Restored:
    """What a model made of one image.

    Args:
        luma: (..., H, W) float32 in [0, 1], not rounded, of a network that restores luma; else None.
        pixels: (..., H, W, C) with C 3, or 1 for luma of a grey image; uint8, or uint16 where LR is float32; None
            where LR has no colour to complete luma with (pairs of rounding ``none``).
    """

    luma: NDArray[np.float32] | None
    pixels: NDArray[Any] | None


def restore(
    recipe: Recipe,
    planes: Mapping[str, NDArray[Any]],
    scale: float,
    device: torch.device,
    self_ensemble: SelfEnsemble = "none",
    at: tuple[Line, Line] | None = None,
) -> Restored:
    """Restore one image or clip, in the recipe's arithmetic.

    Args:
        recipe: a model's recipe with its trained networks.
        planes: the stored planes of the image without its truth: ``lr`` uint8 or ``lr_y`` float32, and others; ``lr``
            float32 in [0, 1] where an image has more than 8 bits.
        scale: HR pixels per LR pixel.
        device: where the network runs.
        self_ensemble: whether, and how, it is the mean or the median of the eight ways that the image can lie.
        at: rows and columns that a network which reads ``coord`` restores, in place of the whole image.
    """

    def run(planes: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        batch = fields_of(planes, recipe.given, scale, device, at)
        with recipe.arithmetic.forward():
            output = recipe.restore({name: recipe.arithmetic.laid(field) for name, field in batch.items()})
        name = "sr" if "sr" in output else "sr_y"
        return {name: _channels_last(output[name])}

    made = ensembled(run, planes, self_ensemble)
    levels = to_uint8 if "lr" not in planes or planes["lr"].dtype == np.uint8 else to_uint16
    if "sr" in made:
        return Restored(None, levels(made["sr"]))
    luma = made["sr_y"]
    return Restored(luma[..., 0], levels(_completed(luma, planes["lr"])) if "lr" in planes else None)


def fields_of(
    planes: Mapping[str, NDArray[Any]],
    wanted: Iterable[str],
    scale: float,
    device: torch.device,
    at: tuple[Line, Line] | None = None,
) -> Fields:
    """Return the fields ``wanted`` as a batch of one, stored in ``planes`` or derived from them and the scale."""
    batch = _places(planes, [*wanted], scale, at)
    batch = {name: field.to(device) if field.ndim else field for name, field in batch.items()}
    for field in wanted:
        if field in batch:
            continue
        how = derived(field, planes)
        if how is None:
            raise BatchError(f"the network reads `{field}`; the image has only {sorted(planes)}")
        pixels = how.make(planes[how.plane], scale)
        batch[field] = torch.from_numpy(channels_first(pixels, field))[None].to(device)
    return batch


def _places(
    planes: Mapping[str, NDArray[Any]], wanted: list[str], scale: float, at: tuple[Line, Line] | None
) -> Fields:
    """Return those of the fields ``wanted`` that the scale and the size of LR make."""
    known = {"scale": np.asarray(scale)}
    low = next((planes[name].shape[-3:-1] for name in LR_GRID if name in planes), None)
    if low is not None and not {*wanted}.isdisjoint(PLACED):
        known |= grid(*(at or whole((low[0], low[1]), high((low[0], low[1]), scale))))
    return {name: torch.from_numpy(value) for name, value in known.items() if name in wanted}


def _channels_last(field: Tensor) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = field[0].float().movedim(-3, -1).cpu().numpy()
    if not np.isfinite(pixels).all():
        raise ImageError("the network made values that are no numbers; it has diverged: lower its learning rate")
    return pixels


def _completed(luma: NDArray[np.float32], lr: NDArray[Any]) -> NDArray[np.float32]:
    """Return RGB of restored luma and the bicubic colours of LR; a grey image needs none."""
    if lr.shape[-1] == 1:
        return luma
    height, width = luma.shape[-3:-1]
    colours = resize(to_ycbcr(to_float(lr) if lr.dtype == np.uint8 else lr)[..., 1:], (height, width))
    return to_rgb(np.concatenate([luma, colours], axis=-1))
