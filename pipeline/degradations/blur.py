"""Blur by a bell: Gaussians, generalised Gaussians and plateaus, round or elliptic.

The families of Wang et al., Real-ESRGAN, ICCVW 2021, arXiv:2107.10833; with ``evenly: variance`` those of Zhang et
al., BSRGAN, ICCV 2021, arXiv:2103.14006.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pipeline.bounds import Odd, Positive, Rising
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.filtering import filtered
from pipeline.images.kernels import bell, line, odd_between
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Blur"]


class Blur(Link):
    """Correlates with a kernel whose sum is 1; what leaves is in the range of what enters.

    Args:
        sigma: the range of standard deviations, in pixels of the image that enters.
        size: the range of the kernel's height and width, odd, in pixels; each odd number is as likely.
        shape: ``round``, or ``elliptic``: two standard deviations and an angle.
        profile: the function of the distance from the centre.
        beta: the range of the exponent: 1 makes a Gaussian; above, the top is flatter and the sides steeper.
        angle: the range of the first axis of an ellipse, in degrees from the right downwards.
        evenly: what is drawn evenly from the range: ``sigma``, or its square, the ``variance``.
        shift: how far below and right of a pixel its kernel is centred, in pixels; (n - 1) / 2 before every n-th
            pixel is taken from the first on.
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
        rounding: ``uint8``: from 8 bits to 8 bits, summed in float64 as by MATLAB's imfilter; ``none``: in floating
            point.
        across: the range of standard deviations along an ellipse's second axis, where it is another than ``sigma``.
    """

    def __init__(
        self,
        sigma: Rising[tuple[Positive, Positive]],
        size: Rising[tuple[Odd, Odd]],
        shape: Literal["round", "elliptic"] = "round",
        profile: Literal["gaussian", "plateau"] = "gaussian",
        beta: Rising[tuple[Positive, Positive]] = (1.0, 1.0),
        angle: Rising[tuple[float, float]] = (-180.0, 180.0),
        evenly: Literal["sigma", "variance"] = "sigma",
        shift: float = 0.0,
        border: Literal["reflect", "symmetric", "replicate", "circular", "zero"] = "reflect",
        rounding: Literal["uint8", "none"] = "none",
        across: Rising[tuple[Positive, Positive]] | None = None,
    ) -> None:
        self.axes = [sigma, across or sigma] if shape == "elliptic" else [sigma]
        self.size = size
        self.profile = profile
        self.beta = beta
        self.angle = angle
        self.power = 2 if evenly == "variance" else 1
        self.shift = shift
        self.border = border
        self.rounding = rounding

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the kernel: its size, its standard deviations, its exponent and its angle."""
        return {
            "size": odd_between(rng, self.size),
            "sigma": [self._sigma(rng, *axis) for axis in self.axes],
            "beta": rng.uniform(*self.beta),
            "angle": rng.uniform(*self.angle) if len(self.axes) > 1 else 0.0,
        }

    def kernel(self, drawn: Drawn) -> NDArray[np.float64]:
        """Return the kernel, (size, size), or (size,) where it is that vector's outer product with itself."""
        size, sigmas = drawn["size"], (drawn["sigma"][0], drawn["sigma"][-1])
        if self.profile == "gaussian" and drawn["beta"] == 1 and sigmas[0] == sigmas[1]:
            return line(size, sigmas[0], self.shift)
        return bell(size, sigmas, drawn["angle"], drawn["beta"], self.profile, self.shift)

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Blur ``image``."""
        if self.rounding == "none":
            return filtered(image, self.kernel(drawn), self.border)
        return to_float(filtered(to_uint8(image), self.kernel(drawn), self.border))

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the standard deviations in pixels, the angle in degrees, and the exponent of what is no Gaussian."""
        first, last = (f"{drawn['sigma'][each]:.1f}" for each in (0, -1))
        beta = "" if drawn["beta"] == 1 else f" beta {drawn['beta']:.1f}"
        return [f"blur {first}{beta}" if first == last else f"blur {first} x {last} @ {drawn['angle']:.0f}°{beta}"]

    def _sigma(self, rng: np.random.Generator, low: float, high: float) -> float:
        return float(rng.uniform(low**self.power, high**self.power) ** (1 / self.power))
