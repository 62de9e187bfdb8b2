"""Batches as the field's toolboxes feed them: a DataLoader whose workers decode PNG files, crop, turn and convert."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

PNG_LEVEL = 3


def write(folder: Path, pictures: Iterator[Any], scale: int) -> list[tuple[Path, Path]]:
    """Write HR pictures (H, W, 3) and their LR halves, quarters ... as PNG; return the files, HR first."""
    files = []
    for number, hr in enumerate(pictures):
        lr = cv2.resize(hr, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
        paths = folder / f"{number:04d}.png", folder / f"{number:04d}x{scale}.png"
        for path, pixels in zip(paths, (hr, lr), strict=True):
            cv2.imwrite(str(path), pixels[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
        files.append(paths)
    return files


class Pairs(Dataset[dict[str, Tensor]]):
    """PNG pairs: each item decodes both files, cuts one aligned patch, flips and transposes it by chance.

    Args:
        files: HR and LR file of each pair.
        scale: HR pixels per LR pixel.
        patch: height and width of a patch in LR pixels.
        items: how many items there are.
    """

    def __init__(self, files: list[tuple[Path, Path]], scale: int, patch: int, items: int) -> None:
        self.files = files
        self.scale = scale
        self.patch = patch
        self.items = items

    def __len__(self) -> int:
        return self.items

    def __getitem__(self, number: int) -> dict[str, Tensor]:
        """Return ``lr`` (3, patch, patch) and ``hr`` (3, patch * scale, patch * scale), float32 in [0, 1]."""
        hr, lr = (self._read(path) for path in self.files[number % len(self.files)])
        top, left = (random.randint(0, side - self.patch) for side in lr.shape[:2])
        lr = lr[top : top + self.patch, left : left + self.patch]
        side = self.patch * self.scale
        hr = hr[top * self.scale : top * self.scale + side, left * self.scale : left * self.scale + side]
        flips = [random.random() < 0.5 for _ in range(3)]
        return {"lr": self._tensor(lr, flips), "hr": self._tensor(hr, flips)}

    def _read(self, path: Path) -> Any:
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        assert image is not None, f"{path} is a PNG"
        return image.astype(np.float32) / 255.0

    def _tensor(self, image: Any, flips: list[bool]) -> Tensor:
        if flips[0]:
            image = image[:, ::-1]
        if flips[1]:
            image = image[::-1]
        if flips[2]:
            image = image.transpose(1, 0, 2)
        image = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_BGR2RGB)
        return torch.from_numpy(image.transpose(2, 0, 1).copy()).float()


def loader(pairs: Pairs, batch: int, workers: int) -> DataLoader[dict[str, Tensor]]:
    """Return the batches of ``pairs``, made by ``workers`` processes."""
    return DataLoader(pairs, batch_size=batch, shuffle=True, num_workers=workers, drop_last=True)
