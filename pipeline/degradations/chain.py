"""A chain: links one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Filled
from pipeline.errors import ImageError
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Chain"]

LARGEST = 10**8
"""Pixels that may leave a link: in float32 RGB more than a gigabyte."""


class Chain(Link):
    """Runs each link on what the one before left.

    Args:
        links: the links, first to last.
    """

    def __init__(self, links: Filled[list[Link]]) -> None:
        self.links = links

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Draw for each link, knowing the size that reaches it.

        Raises:
            ImageError: a link would leave no pixel, or more than memory should hold.
        """
        drawn = []
        for link in self.links:
            drawn.append(link.draw(rng, size, target))
            size = _whole(link, size, link.after(size, drawn[-1]))
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

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what each link tells."""
        return [words for link, own in zip(self.links, drawn["links"], strict=True) for words in link.told(own)]


def _whole(link: Link, size: Size, left: Size) -> Size:
    """Return the size ``left`` that leaves ``link``, where an image can have it."""
    if 0 < left[0] * left[1] <= LARGEST:
        return left
    name = type(link).__module__.rpartition(".")[2]
    wrong = "more than are worked on" if min(left) > 0 else "nothing"
    raise ImageError(f"`{name}` makes {left[0]}x{left[1]} pixels of {size[0]}x{size[1]}: {wrong}")
