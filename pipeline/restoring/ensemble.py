"""Self-ensemble: an image is restored in the eight ways it can lie, and the eight restorations are made one.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR Workshops 2017,
arXiv:1707.02921, section 4.3 (EDSR+: the mean, after Timofte, Rothe, Van Gool, CVPR 2016, arXiv:1511.02228); Shocher,
Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087, section 3.2 (the
median).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.images.turning import TURNS, turned, undoing

SelfEnsemble: TypeAlias = Literal["none", "mean", "median"]
Planes: TypeAlias = Mapping[str, NDArray[Any]]
Made: TypeAlias = dict[str, NDArray[np.float32]]


def ensembled(run: Callable[[Planes], Made], planes: Planes, how: SelfEnsemble) -> Made:
    """Return what ``run`` makes of ``planes``; or of all their turns, each turned back, as one.

    Args:
        run: makes images (..., H, W, C) of planes (..., h, w, C), neither rounded nor clipped.
        planes: all that is known of one image, its reference too; they are turned together.
        how: ``none``: once, as they lie; ``mean`` or ``median`` of the eight.
    """
    if how == "none":
        return run(planes)
    return JOINS[how](_laid(run(_laid(planes, turn)), undoing(turn)) for turn in range(TURNS))


def _laid(images: Planes, turn: int) -> dict[str, NDArray[Any]]:
    return {name: turned(image, turn) for name, image in images.items()}


def _mean(made: Iterator[Made]) -> Made:
    """Return the means, summed in float64: eight equal images are their own mean to the bit."""
    total = {name: image.astype(np.float64) for name, image in next(made).items()}
    for each in made:
        for name, image in each.items():
            total[name] += image
    return {name: (image / TURNS).astype(np.float32) for name, image in total.items()}


def _median(made: Iterator[Made]) -> Made:
    """Return the medians: of eight values the mean of the two in the middle."""
    images = list(made)
    return {name: np.median([each[name] for each in images], axis=0).astype(np.float32) for name in images[0]}


JOINS: Mapping[str, Callable[[Iterator[Made]], Made]] = {"mean": _mean, "median": _median}
