"""Real photographs of any size, without a download: those of the scikit-image wheel, mirrored at their edges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.kinds import Sample, Store
from pipeline.lookup import settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.shards.writing import pack
from pipeline.sources.photos import Photos

DIV2K = (1356, 2040)
"""Height and width of most images of DIV2K, in pixels."""


def pictures(count: int, height: int, width: int) -> Iterator[NDArray[np.uint8]]:
    """Yield ``count`` different RGB pictures (height, width, 3) of photographs."""
    photographs = _photographs()
    for number in range(count):
        picture = photographs[number % len(photographs)]
        picture = np.roll(picture, 37 * number, axis=(0, 1))
        yield _grown(picture, height, width)


def pairs_of(folder: Path, scale: int, count: int = 16, side: int = 480) -> PairSet:
    """Return ``count`` square pictures of ``side`` pixels with their bicubic LR, packed below ``folder``."""
    own = folder / f"x{scale}-{count}-{side}"
    if not own.exists():
        samples = (Sample(f"{number:04d}", {"hr": hr}) for number, hr in enumerate(pictures(count, side, side)))
        pack(samples, None, own / "shards")
        chain = [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]
        block = {"source": "pictures", "scale": scale, "learner": "scratch", "rounding": "uint8", "degradation": chain}
        make_pairs(settings(Pairs, block), "p", shards=own / "shards", learner=own, out=own / "pairs", seed=1)
    return PairSet(own / "pairs")


def _grown(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    rows, columns = max(height - picture.shape[0], 0), max(width - picture.shape[1], 0)
    grown: NDArray[Any] = np.pad(picture, ((0, rows), (0, columns), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(grown[:height, :width])


@cache
def _photographs() -> list[NDArray[np.uint8]]:
    """Return those in colour, the charts and textures left out."""
    planes = (sample.planes["hr"] for split in ("train", "test") for sample in Photos(split).samples(Store(Path())))
    return [plane for plane in planes if plane.shape[-1] == 3]
