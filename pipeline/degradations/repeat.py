"""A chain several times over, drawn anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Filled, Rising, ZeroOrMore
from pipeline.degradations.chain import Chain
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Repeat"]


class Repeat(Link):
    """Runs its links, one after the other, and again.

    Args:
        times: the range of how often, each number as likely; [2, 2] for always twice.
        links: the links, first to last.
    """

    def __init__(self, times: Rising[tuple[ZeroOrMore, ZeroOrMore]], links: Filled[list[Link]]) -> None:
        self.times = times
        self.links = links

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide how often, and draw for each time."""
        times = int(rng.integers(*self.times, endpoint=True))
        return {"times": times, **self._chain(times).draw(rng, size, target)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Apply the links as often as drawn."""
        return self._chain(drawn["times"]).apply(image, drawn)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves the last time."""
        return self._chain(drawn["times"]).after(size, drawn)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what the links tell, each time."""
        return self._chain(drawn["times"]).told(drawn)

    def _chain(self, times: int) -> Chain:
        return Chain(self.links * times)
