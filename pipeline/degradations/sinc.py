"""Sinc: a low-pass that rings, as sharpening and compression leave it.

Wang et al., Real-ESRGAN, ICCVW 2021, arXiv:2107.10833, section 3.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pipeline.bounds import Odd, Rising, Share
from pipeline.images.filtering import filtered
from pipeline.images.kernels import odd_between, sinc
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Sinc"]


class Sinc(Link):
    """Lets pass what lies below a frequency, in every direction; what leaves may overshoot [0, 1].

    Args:
        cutoff: the range of that frequency, as a share of Nyquist's, which is half a cycle per pixel (the paper's pi).
        size: the range of the kernel's height and width, odd, in pixels; each odd number is as likely.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
    """

    def __init__(
        self,
        cutoff: Rising[tuple[Share, Share]],
        size: Rising[tuple[Odd, Odd]],
        border: Literal["reflect", "symmetric", "replicate", "circular", "zero"] = "reflect",
    ) -> None:
        self.cutoff = cutoff
        self.size = size
        self.border = border

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the size of the kernel and its cutoff."""
        return {"size": odd_between(rng, self.size), "cutoff": rng.uniform(*self.cutoff)}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Filter ``image``."""
        return filtered(image, sinc(drawn["size"], drawn["cutoff"]), self.border)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the cutoff, as a share of Nyquist's frequency."""
        return [f"sinc {drawn['cutoff']:.2f}"]
