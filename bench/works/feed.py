"""Batches of patches, from what lies on the disk to what a step takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from bench.peers.feeding import Pairs, loader, write
from bench.pictures import pairs_of, pictures
from bench.work import Way, Work
from pipeline.learning.arithmetic import choose
from pipeline.learning.settings import Engine
from pipeline.pairs.batches import Batches

SCALE, PATCH, BATCH = 4, 48, 16
SIDE = 480
"""Height and width of the sub-images into which the field cuts DIV2K before it trains, in pixels."""
IMAGES = 64
BATCHES = 40
WORKERS = 2


def works(folder: Path) -> Iterator[Work]:
    """Yield the feeding of EDSR-baseline x4."""
    files = write(folder, pictures(IMAGES, SIDE, SIDE), SCALE)
    given = loader(Pairs(files, SCALE, PATCH, BATCHES * BATCH), BATCH, WORKERS)
    pairs = pairs_of(folder, SCALE, IMAGES, SIDE)
    batches = Batches(pairs, ("lr", "hr"), size=BATCH, patch=PATCH, augment="dihedral", stream=(1, "feed"))

    arithmetic = choose(Engine("auto", "off"), torch.device("cpu"), "feed")

    def ours() -> list[tuple[int, ...]]:
        return [
            _shape({name: arithmetic.take(torch.from_numpy(each)) for name, each in batch.items()})
            for batch in batches.between(0, BATCHES)
        ]

    yield Work(
        f"feed x{SCALE}, batch {BATCH}, LR patch {PATCH}",
        "batches/s",
        BATCHES,
        ours,
        [Way(f"DataLoader of PNG sub-images, {WORKERS} workers", lambda: [_shape(batch) for batch in given])],
        _same,
    )


def _shape(batch: dict[str, Tensor]) -> tuple[int, ...]:
    """Return what a reader of the batch sees, having touched every sixteenth of its rows and columns."""
    assert all(each.dtype == torch.float32 and 0 <= float(each[..., ::16, ::16].mean()) <= 1 for each in batch.values())
    return tuple(size for name in ("lr", "hr") for size in batch[name].shape)


def _same(ours: list[tuple[int, ...]], theirs: list[tuple[int, ...]]) -> None:
    assert ours == theirs, f"batches of {ours[0]} and {theirs[0]}"
