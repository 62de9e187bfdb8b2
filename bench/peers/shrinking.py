"""LR images as the field's scripts make them: processes that read a PNG, shrink it and write a PNG."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from bench.peers.feeding import PNG_LEVEL
from bench.peers.resizing import bicubic

PROCESSES = 2


def write(folder: Path, pictures: Iterable[Any]) -> list[Path]:
    """Write RGB pictures (H, W, 3) as PNG files of ``folder`` and return these."""
    folder.mkdir()
    files = []
    for number, picture in enumerate(pictures):
        files.append(folder / f"{number:04d}.png")
        _store(files[-1], picture)
    return files


def processes() -> Pool:
    """Start two processes; each imports torch before it takes any work."""
    pool = multiprocessing.get_context("spawn").Pool(PROCESSES, torch.set_num_threads, (1,))
    pool.map(abs, range(PROCESSES), chunksize=1)
    return pool


def shrink(pool: Pool, files: list[Path], folder: Path, scale: int) -> list[Path]:
    """Shrink every PNG of ``files`` into ``folder`` by ``scale``; return the files made."""
    folder.mkdir(exist_ok=True)
    return pool.starmap(_shrink, [(path, folder / path.name, scale) for path in files], chunksize=1)


def read(path: Path) -> Any:
    """Return the pixels of a PNG, RGB (H, W, 3)."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert image is not None, path
    return np.ascontiguousarray(image[..., ::-1])


def _shrink(path: Path, target: Path, scale: int) -> Path:
    _store(target, bicubic(read(path), 1 / scale))
    return target


def _store(path: Path, picture: Any) -> None:
    cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
