"""A trained HR-to-LR network as a link."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from pipeline.fields import needs
from pipeline.kinds import Drawn, Link, Size
from pipeline.saved import load_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Learned"]

IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""
_SEEDED = threading.Lock()
"""Held while torch's one generator has an image's seed: pairs are made in several threads."""


class Learned(Link):
    """Runs the degrading network of the pairs' ``learner`` on an image; chance, if it wants any, is a seed.

    Args:
        learner: the folder of the model, whose recipe trained a network called ``degrader``.
    """

    def __init__(self, learner: Path) -> None:
        self.network = load_network(learner, "degrader")
        scale = self.network.scale
        assert isinstance(scale, int)
        self.scale = scale
        assert needs(self.network.forward) == ("hr",), "a degrading network reads hr"

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Draw the seed of the network's own chance."""
        return {"seed": int(rng.integers(2**31))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Run the network on ``image``; it leaves at 1 / scale of its size. The frames of a clip share the chance."""
        frames = image[None] if image.ndim == IMAGE else image
        degraded = np.stack([self._degraded(frame, drawn["seed"]) for frame in frames])
        return degraded[0] if image.ndim == IMAGE else degraded

    def _degraded(self, image: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        hr = torch.from_numpy(image).movedim(-1, 0).expand(3, *image.shape[:2])
        with _SEEDED, torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(seed)
            lr = self.network(hr[None])["lr"][0]
        degraded: NDArray[np.float32] = lr.clamp(0, 1).movedim(0, -1).numpy()
        return degraded.mean(-1, keepdims=True) if image.shape[-1] == 1 else degraded

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size`` divided by the network's scale."""
        return size[0] // self.scale, size[1] // self.scale
