"""A trained HR-to-LR network as a link."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from pipeline.fields import needs
from pipeline.kinds import Drawn, Link, Size
from pipeline.saved import load_network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Learned"]


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
        """Run the network on ``image`` (H, W, C) and return (H / scale, W / scale, C)."""
        hr = torch.from_numpy(image).movedim(-1, -3).expand(*image.shape[:-3], 3, *image.shape[-3:-1])
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(drawn["seed"])
            lr = self.network(hr[None] if image.ndim == 3 else hr)["lr"]
        pixels = lr.clamp(0, 1).movedim(-3, -1)
        degraded: NDArray[np.float32] = (pixels[0] if image.ndim == 3 else pixels).numpy()
        return degraded.mean(-1, keepdims=True) if image.shape[-1] == 1 else degraded

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size`` divided by the network's scale."""
        return size[0] // self.scale, size[1] // self.scale
