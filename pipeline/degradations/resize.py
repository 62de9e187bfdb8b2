"""Resizing as MATLAB's imresize does it, to the LR size, by a fixed factor or by a drawn one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pipeline.bounds import Positive, Rising
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.resize import resize
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Resize"]


class Resize(Link):
    """Resizes with antialiasing when shrinking.

    Args:
        to: ``target`` for the LR size, a factor, or the range from which a factor is drawn evenly.
        kernel: the interpolation kernel; the papers' "BI" is ``bicubic``.
        border: ``symmetric`` as MATLAB does today, ``replicate`` as it did until about 2015.
        rounding: ``uint8``: on 8 bits, rounded between the passes, as MATLAB does on uint8 images;
            ``none``: in floating point.
    """

    def __init__(
        self,
        to: Literal["target"] | Positive | Rising[tuple[Positive, Positive]],
        kernel: Literal["nearest", "bilinear", "bicubic", "lanczos2", "lanczos3"],
        border: Literal["symmetric", "replicate"] = "symmetric",
        rounding: Literal["uint8", "none"] = "none",
    ) -> None:
        self.to = to
        self.kernel = kernel
        self.border = border
        self.rounding = rounding

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the size that leaves."""
        if self.to == "target":
            return {"size": list(target)}
        factor = rng.uniform(*self.to) if isinstance(self.to, tuple) else self.to
        return {"size": [max(1, round(side * factor)) for side in size]}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Resize ``image`` to the drawn size."""
        if self.rounding == "none":
            return resize(image, tuple(drawn["size"]), kernel=self.kernel, border=self.border)
        return to_float(resize(to_uint8(image), tuple(drawn["size"]), kernel=self.kernel, border=self.border))

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the drawn size."""
        height, width = drawn["size"]
        return height, width
