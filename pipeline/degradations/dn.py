"""DN: bicubic, then strong Gaussian noise.

As in the tables of Y. Zhang et al., RDN, CVPR 2018, arXiv:1802.08797, and of SRFBN after it, at x3 with level 30.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.bounds import NotNegative
from pipeline.degradations.bi import BI
from pipeline.degradations.chain import Chain
from pipeline.degradations.noise import Noise
from pipeline.images.colour import to_float, to_uint8
from pipeline.kinds import Drawn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DN"]


class DN(Chain):
    """Ends at the LR size, in grey levels: the noise is clipped and rounded.

    Args:
        sigma: standard deviation of the noise, white being 1; each channel has its own (papers: 30 / 255).
    """

    def __init__(self, sigma: NotNegative = 30 / 255) -> None:
        super().__init__([BI(), Noise((sigma, sigma))])

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Shrink ``image``, add the noise, and round."""
        return to_float(to_uint8(super().apply(image, drawn)))
