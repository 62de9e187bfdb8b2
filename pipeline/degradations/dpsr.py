"""DPSR's degradation: bicubic first, then a blur of the small image, then noise.

K. Zhang, W. Zuo, L. Zhang, Deep Plug-and-Play Super-Resolution for Arbitrary Blur Kernels, CVPR 2019,
arXiv:1903.12529, section 3.1. That the image goes on from its other side beyond the edge is what the authors' script
does, and what their solution by Fourier transforms takes for granted.
"""

from __future__ import annotations

from pipeline.bounds import NotNegative, Rising
from pipeline.degradations.bi import BI
from pipeline.degradations.chain import Chain
from pipeline.degradations.noise import Noise
from pipeline.kinds import Link

__all__ = ["DPSR"]


class DPSR(Chain):
    """Ends at the LR size; sigma and size of the blur are in pixels of the LR image.

    Args:
        blur: the link that blurs the LR image; wherever it has a ``border``, that is ``circular``. With ``rounding:
            uint8`` and without noise, the authors' images are met.
        sigma: the range of standard deviations of the noise, white being 1; none where it ends at 0.
    """

    def __init__(self, blur: Link, sigma: Rising[tuple[NotNegative, NotNegative]] = (0.0, 0.0)) -> None:
        noise: list[Link] = [Noise(sigma)] if sigma[1] > 0 else []
        super().__init__([BI(), blur, *noise])
