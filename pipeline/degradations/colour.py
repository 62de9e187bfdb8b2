"""Colours that stray: another brightness, contrast, saturation and hue.

As ``ColorJitter`` of torchvision defines the four, which the authors of Real-ESRGAN use for faces (GFPGAN, CVPR 2021,
arXiv:2101.04061, its code); there their order is one of chance, here it is fixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NotNegative, Rising
from pipeline.images.toning import brightened, contrasted, saturated, turned
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Colour"]


class Colour(Link):
    """Changes brightness, then contrast, then saturation, then hue, clipping to [0, 1] after each.

    A grey image of one channel has but the first two.

    Args:
        brightness: the range of the factor of every pixel.
        contrast: the range of the factor of a pixel's distance from the mean of the image's grey.
        saturation: the range of the factor of a pixel's distance from its own grey; 0 makes a grey image.
        hue: the range of the angle by which the hue turns, in degrees; 120 makes green of red.
    """

    def __init__(
        self,
        brightness: Rising[tuple[NotNegative, NotNegative]] = (1.0, 1.0),
        contrast: Rising[tuple[NotNegative, NotNegative]] = (1.0, 1.0),
        saturation: Rising[tuple[NotNegative, NotNegative]] = (1.0, 1.0),
        hue: Rising[tuple[float, float]] = (0.0, 0.0),
    ) -> None:
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide three factors and an angle."""
        return {
            "brightness": rng.uniform(*self.brightness),
            "contrast": rng.uniform(*self.contrast),
            "saturation": rng.uniform(*self.saturation),
            "hue": rng.uniform(*self.hue),
        }

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Change the colours of ``image``, the contrast about the mean of each frame."""
        toned = contrasted(brightened(image, drawn["brightness"]), drawn["contrast"])
        return turned(saturated(toned, drawn["saturation"]), drawn["hue"])

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the three factors, and the angle in degrees."""
        factors = " ".join(f"{drawn[name]:.2f}" for name in ("brightness", "contrast", "saturation"))
        return [f"colour {factors} @ {drawn['hue']:.0f}°"]
