"""A chain: links one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Filled
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Chain"]


class Chain(Link):
    """Runs each link on what the one before left.

    Args:
        links: the links, first to last.
    """

    def __init__(self, links: Filled[list[Link]]) -> None:
        self.links = links

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Draw for each link, knowing the size that reaches it."""
        drawn = []
        for link in self.links:
            drawn.append(link.draw(rng, size, target))
            size = link.after(size, drawn[-1])
        return {"links": drawn}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Apply each link to what the one before left."""
        for link, own in zip(self.links, drawn["links"], strict=True):
            image = link.apply(image, own)
        return image

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves the last link."""
        for link, own in zip(self.links, drawn["links"], strict=True):
            size = link.after(size, own)
        return size
