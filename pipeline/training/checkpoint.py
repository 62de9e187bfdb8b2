"""Checkpoints from which a training continues as if it had never stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import torch

State: TypeAlias = dict[str, Any]


def key_of(facts: Any, files: Iterable[Path]) -> str:
    """Return the key of a training: a digest of all that its result depends on.

    Args:
        facts: what JSON can hold.
        files: files whose bytes count.
    """
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]


class Checkpoints:
    """The newest checkpoint in a folder: written under a new name, synced, renamed, the older one then removed.

    Args:
        folder: where they lie; it belongs to one training, named by its key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, step: int, state: State) -> None:
        """Keep ``state`` as it is after ``step`` steps."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "partial"
        with partial.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / f"{step:09d}.pt")
        for older in self._all()[:-1]:
            older.unlink()

    def newest(self) -> State | None:
        """Return the newest state, or None when there is none."""
        there = self._all()
        return torch.load(there[-1], weights_only=True) if there else None

    def remove(self) -> None:
        """Remove the folder: the training has ended."""
        for path in [*self._all(), self.folder / "partial"]:
            path.unlink(missing_ok=True)
        if self.folder.is_dir():
            self.folder.rmdir()

    def _all(self) -> list[Path]:
        return sorted(self.folder.glob("*.pt"))
