"""A chain that runs or does not, by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Filled, Share
from pipeline.degradations.chain import Chain
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Maybe"]


class Maybe(Link):
    """Runs its links, one after the other, on a share of the images; the others pass as they are.

    Args:
        chance: that share.
        links: the links, first to last.
    """

    def __init__(self, chance: Share, links: Filled[list[Link]]) -> None:
        self.chance = chance
        self.chain = Chain(links)

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide whether the links run, and draw for them if so."""
        runs = rng.random() < self.chance
        return self.chain.draw(rng, size, target) if runs else {"links": None}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Apply the links, or none."""
        return image if drawn["links"] is None else self.chain.apply(image, drawn)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves."""
        return size if drawn["links"] is None else self.chain.after(size, drawn)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what the links tell, nothing where none runs."""
        return [] if drawn["links"] is None else self.chain.told(drawn)
