"""Where to look: the images that tell models apart, and the parts of an image where they differ most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.reporting.gathering import Suite

Box: TypeAlias = tuple[int, int, int, int]
"""Top, left, height, width, in HR pixels."""

SIDE = 160
"""Height and width of a part, in HR pixels, where the image is that large."""
STEP = 16
"""HR pixels, about, between two places that are tried."""


def telling(suite: Suite, count: int) -> list[tuple[str, str]]:
    """Return the ``count`` images on which the models' scores lie furthest apart, the most telling first.

    Equal ones, and those of a suite with a single model, come with the worst scores first.
    """
    name = suite.main.name
    scores = {key: [each.images[key][name] for each in suite.contenders] for key in suite.images}
    sign = 1 if suite.main.better == "higher" else -1
    order = sorted(
        suite.images,
        key=lambda key: (min(scores[key]) - max(scores[key]), sign * sum(scores[key]), suite.images.index(key)),
    )
    return order[:count]


def parts(sides: Sequence[NDArray[np.uint8]], truth: NDArray[np.uint8], scale: float, count: int) -> list[Box]:
    """Return up to ``count`` parts of an image, none over another, where ``sides`` differ most.

    Args:
        sides: what the models made, (H, W, C) each; a single one is compared with the truth.
        truth: (H, W, C).
        scale: HR pixels per LR pixel; parts lie on the LR grid.
    """
    compared = [_grey(each) for each in sides] if len(sides) > 1 else [_grey(sides[0]), _grey(truth)]
    spread = np.max(compared, axis=0) - np.min(compared, axis=0)
    height, width = (min(round(int(SIDE / scale) * scale), length) for length in spread.shape)
    step = max(1, int(STEP / scale))
    sums = _window_sums(spread, height, width)
    down, right = (_places(length, step * scale) for length in sums.shape)
    sums = sums[np.ix_(down, right)]
    boxes: list[Box] = []
    while len(boxes) < count and sums.max() >= 0:
        row, column = (int(each) for each in np.unravel_index(int(sums.argmax()), sums.shape))
        boxes.append((down[row], right[column], height, width))
        rows, columns = (math.ceil((side + scale % 1) / (step * scale)) for side in (height, width))
        sums[max(0, row - rows + 1) : row + rows, max(0, column - columns + 1) : column + columns] = -1
    return boxes


def _places(length: int, step: float) -> list[int]:
    """Return the HR pixels that lie ``step`` apart, each where an LR pixel begins."""
    return [math.floor(number * step + 1e-9) for number in range(math.ceil(length / step))]


def _grey(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(image, np.float64).mean(axis=-1)


def _window_sums(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return the sum of every window of ``height`` x ``width``."""
    total = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    sums: NDArray[np.float64] = (
        total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    )
    return np.maximum(sums, 0)
