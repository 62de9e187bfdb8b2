"""Images through a chain of degradations, on all cores: OpenCV and NumPy work outside of Python's lock."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.images import threads
from pipeline.kinds import Drawn, Link, Size
from pipeline.randomness import generator


def degrade(
    chain: Link, images: Sequence[NDArray[np.float32]], keys: Sequence[tuple[str | int, ...]], targets: Sequence[Size]
) -> list[tuple[NDArray[np.float32], Drawn]]:
    """Return each image degraded, in their order, with what was drawn for it.

    Which thread takes which image changes nothing: chance comes from an image's key alone.

    Args:
        images: float32 (H, W, C) or (T, H, W, C) in [0, 1].
        keys: what the chance of each depends on, e.g. (seed, model name, number of the sample).
        targets: height and width of the LR image of each.

    Raises:
        DataError: when the chain does not lead to the LR size of an image.
    """

    def one(numbered: tuple[NDArray[np.float32], tuple[str | int, ...], Size]) -> tuple[NDArray[np.float32], Drawn]:
        image, key, target = numbered
        height, width = image.shape[-3:-1]
        drawn = chain.draw(generator(*key), (height, width), target)
        leaves = chain.after((height, width), drawn)
        if leaves != target:
            raise DataError(
                f"the chain leaves {leaves[0]}x{leaves[1]} of {height}x{width} pixels, not {target[0]}x{target[1]}"
            )
        return chain.apply(image, drawn), drawn

    with threads.one_each():
        return list(threads.ahead(one, zip(images, keys, targets, strict=True)))
