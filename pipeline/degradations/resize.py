"""Resizing as MATLAB's imresize or as OpenCV does it, to the LR size, by a fixed factor or by a drawn one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from pipeline.bounds import Positive, Rising
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.resampling import resampled
from pipeline.images.resize import resize
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Resize"]

Sample = TypeVar("Sample", np.uint8, np.float32)


class Resize(Link):
    """Resizes, MATLAB's way with antialiasing when shrinking, OpenCV's without.

    What is drawn up, down or not at all, as by Wang et al., Real-ESRGAN, ICCVW 2021, arXiv:2107.10833, is a
    ``one_of`` three of these: ``to: [1, 1.5]``, ``to: [0.15, 1]`` and ``to: 1``.

    Args:
        to: ``target`` for the LR size, a factor, or the range from which a factor is drawn.
        kernel: the interpolation kernel; the papers' "BI" is ``bicubic`` by MATLAB. ``area`` (the mean of the pixels
            that one covers) and ``lanczos4`` are OpenCV's alone, ``lanczos2`` and ``lanczos3`` are MATLAB's alone.
        border: ``symmetric`` as MATLAB does today, ``replicate`` as it did until about 2015; OpenCV always repeats.
        rounding: ``uint8``: on 8 bits, rounded between the passes, as MATLAB does on uint8 images;
            ``none``: in floating point.
        by: whose arithmetic: MATLAB's imresize, or OpenCV's resize, which is that of ``torch.interpolate``, too
            (bicubic: a = -0.75, no antialiasing).
        of: what a factor multiplies: the size of the ``image`` that enters, or the LR size, ``target``.
        evenly: what is drawn evenly from the range: the ``factor``, or one over it, the ``divisor``.
    """

    def __init__(
        self,
        to: Literal["target"] | Positive | Rising[tuple[Positive, Positive]],
        kernel: Literal["nearest", "bilinear", "bicubic", "area", "lanczos2", "lanczos3", "lanczos4"],
        border: Literal["symmetric", "replicate"] = "symmetric",
        rounding: Literal["uint8", "none"] = "none",
        by: Literal["matlab", "opencv"] = "matlab",
        of: Literal["image", "target"] = "image",
        evenly: Literal["factor", "divisor"] = "factor",
    ) -> None:
        self.to = to
        self.kernel = kernel
        self.border = border
        self.rounding = rounding
        self.by = by
        self.of = of
        self.evenly = evenly

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the size that leaves."""
        if self.to == "target":
            return {"size": list(target)}
        factor = self._factor(rng, *self.to) if isinstance(self.to, tuple) else self.to
        return {"size": [max(1, round(side * factor)) for side in (size if self.of == "image" else target)]}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Resize ``image`` to the drawn size."""
        size = tuple(drawn["size"])
        if self.rounding == "none":
            return self._resized(image, size)
        return to_float(self._resized(to_uint8(image), size))

    def _factor(self, rng: np.random.Generator, low: float, high: float) -> float:
        return 1 / rng.uniform(1 / high, 1 / low) if self.evenly == "divisor" else rng.uniform(low, high)

    def _resized(self, image: NDArray[Sample], size: Size) -> NDArray[Sample]:
        if self.by == "opencv":
            assert self.kernel != "lanczos2" and self.kernel != "lanczos3", "MATLAB's; the check of params.yaml says so"
            return resampled(image, size, self.kernel)
        assert self.kernel != "area" and self.kernel != "lanczos4", "OpenCV's; the check of params.yaml says so"
        return resize(image, size, kernel=self.kernel, border=self.border)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the drawn size."""
        height, width = drawn["size"]
        return height, width

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the size that leaves, width x height."""
        return [f"resize {drawn['size'][1]}x{drawn['size'][0]}"]
