"""Images through a chain of degradations, many at once: OpenCV and NumPy work outside of Python's lock."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.images.threads import one_each
from pipeline.kinds import Drawn, Link, Size
from pipeline.randomness import generator


@contextmanager
def workers(count: int | None = None) -> Iterator[Executor]:
    """Give ``count`` threads, or one for each core, none of which starts more of them."""
    with one_each(), ThreadPoolExecutor(count or os.cpu_count() or 1) as pool:
        yield pool


def degrade(
    chain: Link,
    images: Sequence[NDArray[np.float32]],
    keys: Sequence[tuple[str | int, ...]],
    scale: int,
    pool: Executor,
) -> list[tuple[NDArray[np.float32], Drawn]]:
    """Return each image degraded, in their order, with what was drawn for it.

    Which thread takes which image changes nothing: chance comes from an image's key alone.

    Args:
        images: float32 (H, W, C) or (T, H, W, C) in [0, 1], H and W multiples of ``scale``.
        keys: what the chance of each depends on, e.g. (seed, pairs name, image key).
        scale: HR pixels per LR pixel.
    """

    def one(image: NDArray[Any], key: tuple[str | int, ...]) -> tuple[NDArray[np.float32], Drawn]:
        height, width = image.shape[-3:-1]
        size: Size = (height, width)
        drawn = chain.draw(generator(*key), size, (height // scale, width // scale))
        return chain.apply(image, drawn), drawn

    return list(pool.map(one, images, keys))
