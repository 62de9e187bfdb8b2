"""Motion blur: a camera that moves while its shutter is open.

The straight path is that of MATLAB's ``fspecial('motion')``. The shaken one is G. Boracchi, A. Foi, Modeling the
Performance of Image Restoration from Motion Blur, IEEE Transactions on Image Processing 21(8), 2012, with the numbers
of Kupyn et al., DeblurGAN, CVPR 2018, arXiv:1711.07064, algorithm 1, and of its authors' code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.bounds import NotNegative, Odd, Positive, Rising
from pipeline.images.filtering import filtered
from pipeline.images.motion import Temper, shaken, straight
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Motion"]

MOST = {"wander": 10.0, "pull": 0.7, "jerks": 0.2}
"""The upper ends of the ranges, from 0, of what rules a shaken path; the numbers of DeblurGAN's code."""


class Motion(Link):
    """Correlates with the kernel of a path, whose sum is 1; what leaves is in the range of what enters.

    Args:
        length: the range of the path's length, in pixels of the image that enters.
        size: the kernel's height and width, odd, in pixels, and at least 1 more than the greatest length. The middle of
            the path's extent lies in its middle.
        path: ``line``: straight; ``shake``: of a hand, wandering, pulled back and at times turning back.
        angle: the range of the direction, of a shaken path that in which it begins, in degrees from the right
            downwards.
        anxiety: the range of how much a hand shakes; the authors recommend 0.005, and 0 is a straight path.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
    """

    def __init__(
        self,
        length: Rising[tuple[Positive, Positive]],
        size: Odd,
        path: Literal["line", "shake"] = "line",
        angle: Rising[tuple[float, float]] = (-180.0, 180.0),
        anxiety: Rising[tuple[NotNegative, NotNegative]] = (0.005, 0.005),
        border: Literal["reflect", "symmetric", "replicate", "circular", "zero"] = "reflect",
    ) -> None:
        assert size - 1 >= length[1], "size: too small; the check of params.yaml says so"
        self.length = length
        self.size = size
        self.path = path
        self.angle = angle
        self.anxiety = anxiety
        self.border = border

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide length and direction, and of a shaken path its temper and the seed of its steps."""
        drawn: Drawn = {"length": rng.uniform(*self.length), "angle": rng.uniform(*self.angle)}
        if self.path == "line":
            return drawn
        temper = {name: rng.uniform(0, most) for name, most in MOST.items()}
        return {**drawn, "anxiety": rng.uniform(*self.anxiety), **temper, "seed": int(rng.integers(2**32))}

    def kernel(self, drawn: Drawn) -> NDArray[np.float32]:
        """Return the kernel, (size, size)."""
        if self.path == "line":
            return straight(self.size, drawn["length"], drawn["angle"])
        temper = Temper(*(drawn[name] for name in Temper._fields))
        return shaken(self.size, drawn["length"], drawn["angle"], temper, np.random.default_rng(drawn["seed"]))

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Blur ``image``."""
        return filtered(image, self.kernel(drawn), self.border)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the length in pixels, and the angle in degrees."""
        shake = " shake" if self.path == "shake" else ""
        return [f"motion {drawn['length']:.1f} @ {drawn['angle']:.0f}°{shake}"]
