"""Blur by a disk: a lens out of focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pipeline.bounds import Positive, Rising
from pipeline.images.filtering import filtered
from pipeline.images.kernels import disk
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Disk"]


class Disk(Link):
    """Spreads every pixel evenly over a disk; what leaves is in the range of what enters.

    Args:
        radius: the range of the disk's radius, in pixels of the image that enters.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
    """

    def __init__(
        self,
        radius: Rising[tuple[Positive, Positive]],
        border: Literal["reflect", "symmetric", "replicate", "circular", "zero"] = "reflect",
    ) -> None:
        self.radius = radius
        self.border = border

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the radius."""
        return {"radius": rng.uniform(*self.radius)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Blur ``image``."""
        return filtered(image, disk(drawn["radius"]), self.border)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the radius, in pixels."""
        return [f"disk {drawn['radius']:.1f}"]
