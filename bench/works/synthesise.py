"""Making LR images from HR ones, MATLAB's bicubic: one image in memory, and many from disk to disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn.functional import interpolate

from bench.peers import resizing, shrinking
from bench.pictures import DIV2K, pictures
from bench.work import Way, Work
from pipeline.images.resize import resize
from pipeline.kinds import Sample
from pipeline.lookup import settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.shards.reading import Shards
from pipeline.shards.writing import pack

SCALES = (2, 3, 4)
IMAGES = 40
PAIRS_SCALE = 4
DIFFERING = 1e-3
"""Share of pixels that sums in float32 may put on the other side of a half."""

Pixels = NDArray[np.uint8]


def works(folder: Path) -> Iterator[Work]:
    """Yield the works, each when what it needs is made in ``folder``."""
    (image,) = pictures(1, *DIV2K)
    for scale in SCALES:
        yield _bicubic(image, scale)
    with shrinking.processes() as pool:
        yield _pairs(folder, list(pictures(IMAGES, *DIV2K)), PAIRS_SCALE, pool)


def _bicubic(image: Pixels, scale: int) -> Work:
    height, width = image.shape[0] // scale, image.shape[1] // scale
    peers = [Way("row by row (BasicSR's way)", partial(resizing.bicubic, image, 1 / scale))]
    peers += [Way(name, partial(run, image, width, height), judged=False) for name, run in OTHERS.items()]
    return Work(
        f"synthesise bicubic {image.shape[1]}x{image.shape[0]} x{scale}",
        "megapixels/s",
        image.shape[0] * image.shape[1] / 1e6,
        partial(resize, image, (height, width)),
        peers,
        agree,
        moved=image.nbytes * (1 + 1 / scale**2),
    )


def _pairs(folder: Path, images: list[Pixels], scale: int, pool: Pool) -> Work:
    """Ours reads and writes shards; the peer PNG files, in two processes that have started."""
    height, width = images[0].shape[:2]
    pack([Sample(f"{number:04d}", {"hr": image}) for number, image in enumerate(images)], None, folder / "shards")
    files = shrinking.write(folder / "png", images)
    return Work(
        f"synthesise pairs {width}x{height} x{scale}",
        "images/s",
        len(images),
        partial(_make, folder, scale),
        [
            Way(
                "row by row, PNG by PNG, in 2 processes (BasicSR's way)",
                partial(shrinking.shrink, pool, files, folder / f"x{scale}", scale),
            )
        ],
        _agree_on_all,
    )


def _make(folder: Path, scale: int) -> Path:
    chain = [{"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]
    block = {"source": "set", "scale": scale, "learner": "scratch", "rounding": "uint8", "degradation": chain}
    wanted, made = settings(Pairs, block), folder / "pairs"
    make_pairs(wanted, "set", shards=folder / "shards", learner=folder, out=made, seed=0)
    return made


def _agree_on_all(ours: Path, theirs: list[Path]) -> None:
    shards = Shards(ours)
    for entry, path in zip(shards.entries, theirs, strict=True):
        agree(shards.plane(entry, "lr"), shrinking.read(path))


def agree(ours: Pixels, theirs: Pixels) -> None:
    """See to it that both made the same pixels, but for a few that are one level apart."""
    apart = np.abs(ours.astype(np.int16) - theirs)
    assert apart.max() <= 1, f"{apart.max()} levels apart"
    assert (apart > 0).mean() < DIFFERING, f"{(apart > 0).mean():.2%} of the pixels differ"


def _torch(image: Pixels, width: int, height: int) -> Any:
    planes = torch.from_numpy(image).movedim(-1, 0)[None].float()
    return interpolate(planes, (height, width), mode="bicubic", antialias=True)


OTHERS: dict[str, Callable[[Pixels, int, int], Any]] = {
    "OpenCV INTER_AREA": lambda image, *size: cv2.resize(image, size, interpolation=cv2.INTER_AREA),
    "OpenCV INTER_CUBIC": lambda image, *size: cv2.resize(image, size, interpolation=cv2.INTER_CUBIC),
    "Pillow BICUBIC": lambda image, *size: Image.fromarray(image).resize(size, Image.Resampling.BICUBIC),
    "torch bicubic, antialiased": _torch,
}
"""Other pixels than MATLAB's: their time is told and not judged."""
