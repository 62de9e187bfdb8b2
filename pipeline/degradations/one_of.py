"""One of several links, by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import Filled
from pipeline.kinds import Drawn, Link, Size, Weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OneOf"]


class OneOf(Link):
    """Runs one of its links, each as likely as its weight says beside the sum of all.

    Args:
        links: the links, each with its ``weight`` among its options.
    """

    def __init__(self, links: Filled[list[Weighted[Link]]]) -> None:
        self.links = [each.part for each in links]
        self.upto = np.cumsum([each.weight for each in links])

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide which link, counted from 0, and draw for it."""
        chosen = int(np.searchsorted(self.upto[:-1], rng.uniform(0, self.upto[-1]), side="right"))
        return {"chosen": chosen, "drawn": self.links[chosen].draw(rng, size, target)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Apply the chosen link."""
        return self.links[drawn["chosen"]].apply(image, drawn["drawn"])

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves the chosen link."""
        return self.links[drawn["chosen"]].after(size, drawn["drawn"])

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what the chosen link tells."""
        return self.links[drawn["chosen"]].told(drawn["drawn"])
