"""Links in an order of chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Filled, ZeroOrMore
from pipeline.degradations.chain import Chain
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Shuffled"]


class Shuffled(Link):
    """Runs all of its links, each order being as likely.

    Args:
        links: the links.
        in_order: the positions, from 0, of links that keep their order among themselves.
    """

    def __init__(self, links: Filled[list[Link]], in_order: tuple[ZeroOrMore, ...] = ()) -> None:
        assert all(each < len(links) for each in in_order), "in_order: no such link"
        self.links = links
        self.in_order = set(in_order)

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the order, and draw for each link in it."""
        order = rng.permutation(len(self.links)).tolist()
        fixed = iter(sorted(self.in_order))
        order = [next(fixed) if each in self.in_order else each for each in order]
        return {"order": order, **self._chain(order).draw(rng, size, target)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Apply the links in the drawn order."""
        return self._chain(drawn["order"]).apply(image, drawn)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves the last."""
        return self._chain(drawn["order"]).after(size, drawn)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what the links tell, in the drawn order."""
        return self._chain(drawn["order"]).told(drawn)

    def _chain(self, order: list[int]) -> Chain:
        return Chain([self.links[each] for each in order])
