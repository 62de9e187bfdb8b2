"""The pictures of the viewer: parts of images as every model restored them, exact to the pixel."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_uint8
from pipeline.images.encoding import lossless, thumbnail
from pipeline.images.resize import resize
from pipeline.pairs.reading import LR_GRID, PairSet
from pipeline.reporting.gathering import Contender, Places, Suite
from pipeline.reporting.regions import Box, parts, telling
from pipeline.restoring.ensemble import SelfEnsemble
from pipeline.restoring.image import restore
from pipeline.restoring.levels import levels
from pipeline.saved import load_recipe
from pipeline.shards.index import Entry

Pixels: TypeAlias = NDArray[np.uint8]

SCENES = 16
"""Images in the viewer, over all suites."""
PARTS = 3
"""Parts of each."""
THUMBNAIL = 220
"""Pixels of the longer side of the picture that shows where a part lies."""
BUDGET = 4_400_000
"""Characters that all pictures together may take; what does not fit is left out, the least telling first."""


@dataclass(frozen=True)
class Scene:
    """One image of a suite.

    Args:
        suite: the suite.
        benchmark, image: its keys in the scores.
        frame: which frame of a clip is shown, counted from 1, and of how many; None for an image.
        truth: (H, W, C).
        low: (h, w, C), LR rounded to 8 bits where it is not.
        restored: what each model made, by name, (H, W, C); first bicubic where no model is an interpolation.
        scale: HR pixels per LR pixel.
    """

    suite: Suite
    benchmark: str
    image: str
    frame: tuple[int, int] | None
    truth: Pixels
    low: Pixels
    restored: Mapping[str, Pixels]
    scale: float


def pictures(suites: list[Suite], places: Places, device: torch.device) -> list[dict[str, Any]]:
    """Return what the viewer shows: scenes with their parts, as JSON can hold them, within the budget."""
    drawn = [_drawn(scene) for scene in _scenes(suites, places, device)]
    left = BUDGET - sum(len(each["thumbnail"]) for each in drawn)
    kept: dict[int, list[Any]] = {number: [] for number in range(len(drawn))}
    for turn in range(PARTS):
        for number, each in enumerate(drawn):
            part = each["parts"][turn : turn + 1]
            size = sum(len(pixels) for one in part for pixels in one["pixels"])
            if part and size <= left:
                left -= size
                kept[number] += part
    return [{**each, "parts": kept[number]} for number, each in enumerate(drawn) if kept[number]]


def scene(
    suite: Suite, key: tuple[str, str], pairs: PairSet, recipes: Mapping[str, Any], device: torch.device
) -> Scene:
    """Restore the image ``key`` of ``suite`` with every model; of a clip, the frame in the middle is kept."""
    entry = next(each for each in pairs.entries if each.key == key[1])
    whole = pairs.whole(entry)
    truth = pairs.field(entry, "hr", whole)
    low = next(pairs.field(entry, name, whole) for name in LR_GRID if name in entry.planes)
    count = truth.shape[0] if truth.ndim == 4 else 0
    restored = {} if suite.baseline else {"bicubic": _enlarged(low, truth)}
    for name, recipe in recipes.items():
        restored[name] = _made(recipe, pairs, entry, truth, device, suite.self_ensemble)
    middle = count // 2 if count else ...
    shown = truth if "lr" in entry.planes else luma(truth)[..., None]
    return Scene(
        suite,
        *key,
        (count // 2 + 1, count) if count else None,
        shown[middle],
        (low if low.dtype == np.uint8 else to_uint8(low))[middle],
        {name: pixels[middle] for name, pixels in restored.items()},
        pairs.scale_of(entry),
    )


def _scenes(suites: list[Suite], places: Places, device: torch.device) -> Iterator[Scene]:
    each = max(1, SCENES // max(1, len(suites)))
    for suite in suites[:SCENES]:
        pairs = PairSet(places.pairs / suite.name)
        recipes = {one.name: load_recipe(places.models / one.name).to(device) for one in suite.contenders}
        chosen = telling(suite, each)
        for key in sorted(chosen, key=suite.images.index):
            yield scene(suite, key, pairs, recipes, device)


def _made(
    recipe: Any, pairs: PairSet, entry: Entry, truth: Pixels, device: torch.device, self_ensemble: SelfEnsemble
) -> Pixels:
    """Return what evaluation compares: the RGB pixels, or the levels of luma where LR has no colour."""
    whole = pairs.whole(entry)
    planes = {name: pairs.field(entry, name, whole) for name in entry.planes if name != "hr"}
    restored = restore(recipe, planes, pairs.scale_of(entry), device, self_ensemble)
    if restored.pixels is not None:
        return restored.pixels
    assert restored.luma is not None
    return levels(restored.luma, truth)[..., None]


def _enlarged(low: NDArray[Any], truth: Pixels) -> Pixels:
    """Return LR enlarged by bicubic interpolation, as the interpolating networks would."""
    large = resize(low, truth.shape[-3:-1])
    return large if large.dtype == np.uint8 else levels(large[..., 0], truth)[..., None]


def _drawn(found: Scene) -> dict[str, Any]:
    suite, scale = found.suite, found.scale
    boxes = parts(list(found.restored.values()), found.truth, scale, PARTS)
    return {
        "suite": suite.name,
        "benchmark": found.benchmark,
        "image": found.image,
        "frame": found.frame,
        "scale": scale,
        "size": list(found.truth.shape[:2]),
        "thumbnail": _text(thumbnail(found.truth, THUMBNAIL)),
        "metric": f"{suite.main.label} ({suite.main.unit})" if suite.main.unit else suite.main.label,
        "start": _start(found),
        "sides": list(_sides(found)),
        "parts": [{"box": box, "pixels": [_text(lossless(each)) for each in _cuts(found, box)]} for box in boxes],
    }


def _sides(found: Scene) -> Iterator[dict[str, str]]:
    """Yield what each side is called, its colour and its score, in the order of ``_cuts``."""
    yield {"name": "LR, nearest", "look": "low", "score": ""}
    contenders: dict[str, Contender] = {each.name: each for each in found.suite.contenders}
    main = found.suite.main
    for name in found.restored:
        own = contenders.get(name)
        value = own.images[found.benchmark, found.image][main.name] if own else None
        score = "" if value is None else main.shown(value)
        yield {"name": name, "look": own.look if own else "base", "score": score}
    yield {"name": "truth", "look": "truth", "score": ""}


def _start(found: Scene) -> list[int]:
    """Return which two sides to begin with: the interpolation, or LR, and the model that is best on the whole suite."""
    suite, names = found.suite, list(found.restored)
    base = 1 + names.index(suite.baseline.name if suite.baseline else "bicubic")
    sign = 1 if suite.main.better == "higher" else -1
    total = {each.name: sign * sum(row[suite.main.name] for row in each.images.values()) for each in suite.contenders}
    best = 1 + names.index(max(total, key=lambda name: total[name]))
    return [base, best if best != base else 1 + len(names)]


def _cuts(found: Scene, box: Box) -> Iterator[Pixels]:
    top, left, height, width = box
    yield found.low[_low(top, height, found.scale), _low(left, width, found.scale)]
    for pixels in (*found.restored.values(), found.truth):
        yield pixels[top : top + height, left : left + width]


def _low(begin: int, length: int, scale: float) -> slice:
    """Return the LR pixels of ``length`` HR pixels from ``begin`` on, which lies where an LR pixel begins."""
    first = math.ceil(begin / scale - 1e-9)
    return slice(first, first + round(length / scale))


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
