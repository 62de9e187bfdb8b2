"""WebP: encoded with loss and decoded again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import Quality, Rising
from pipeline.images.lossy import check_holds, compressed
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WebP"]


class WebP(Link):
    """Rounds to 8 bits and compresses as libwebp does by default: colour at half the resolution (4:2:0).

    Args:
        quality: the range of whole qualities, each as likely; 100 loses least.
    """

    def __init__(self, quality: Rising[tuple[Quality, Quality]]) -> None:
        self.quality = quality

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the quality; raise ImageError when no such file can hold the image."""
        check_holds(".webp", size)
        return {"quality": int(rng.integers(*self.quality, endpoint=True))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Compress ``image``, or each frame of a clip by itself; what leaves are grey levels in [0, 1]."""
        return compressed(image, ".webp", drawn["quality"])

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size
