"""Blur that varies over the image: several links, blended by smooth maps of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.bounds import Filled, OneOrMore
from pipeline.errors import DataError
from pipeline.images.blending import field, ramp
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Varying"]


class Varying(Link):
    """Runs each link on the whole image and sums what they make, at each pixel with weights whose sum is 1.

    Where the links are filters, a pixel's own filter is thereby the weighted mean of theirs, as in J. G. Nagy,
    D. P. O'Leary, Restoring Images Degraded by Spatially Variant Blur, SIAM Journal on Scientific Computing 19(4),
    1998. Their weights belong to a grid of regions; these two kinds of maps are this project's own.

    Args:
        links: what is blended; each must keep the size of the image.
        map: ``ramp``: from the first link at one end of the image to the last at the other, in a direction of chance;
            ``field``: patches of chance, where now one link prevails and now another.
        cells: of a field, how many independent values lie along each side of the image.
    """

    def __init__(self, links: Filled[list[Link]], map: Literal["ramp", "field"] = "ramp", cells: OneOrMore = 4) -> None:
        self.links = links
        self.map = map
        self.cells = cells

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the direction of the ramp, or the seed of the field, and draw for each link."""
        chance = {"angle": rng.uniform(-180, 180)} if self.map == "ramp" else {"seed": int(rng.integers(2**32))}
        drawn = [link.draw(rng, size, target) for link in self.links]
        for number, (link, own) in enumerate(zip(self.links, drawn, strict=True)):
            height, width = link.after(size, own)
            if (height, width) != size:
                raise DataError(
                    f"varying.links[{number}]: leaves {height}x{width} of {size[0]}x{size[1]}; what varies over an "
                    "image must keep its size: resize before or after"
                )
        return {**chance, "links": drawn}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Blend what the links make of ``image``; all frames of a clip with the same weights."""
        height, width = image.shape[-3:-1]
        made = np.zeros_like(image)
        for link, own, weights in zip(self.links, drawn["links"], self._maps((height, width), drawn), strict=True):
            made += weights[..., None] * link.apply(image, own)
        return made

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what is blended, in brackets."""
        words = [each for link, own in zip(self.links, drawn["links"], strict=True) for each in link.told(own)] or [
            "nothing"
        ]
        words[0] = f"varying [{words[0]}"
        words[-1] += "]"
        return words

    def _maps(self, size: Size, drawn: Drawn) -> NDArray[np.float32]:
        if self.map == "ramp":
            return ramp(size, len(self.links), drawn["angle"])
        return field(size, len(self.links), self.cells, np.random.default_rng(drawn["seed"]))
