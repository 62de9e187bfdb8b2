"""BD: a Gaussian blur, then every n-th pixel.

At x3 as in the tables of Y. Zhang et al., RDN, CVPR 2018, arXiv:1802.08797, and of RCAN and SRFBN after it. At x4 as
for video: Y. Jo et al., DUF, CVPR 2018, blur by 13 x 13 taps of standard deviation 1.6 and take every fourth pixel from
the first on.
"""

from __future__ import annotations

from typing import Literal

from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.decimate import Decimate

__all__ = ["BD"]

SIGMA = 1.6
SIZE: dict[int, int] = {3: 7, 4: 13}
"""The height and width of the kernel, in pixels, at each scale."""
FIRST: dict[int, int] = {3: 1, 4: 0}
"""The first row and column that is taken, from 0."""
BORDER: dict[int, Literal["replicate", "symmetric"]] = {3: "replicate", 4: "symmetric"}
"""What lies beyond the edge. At x4 authors differ: SOF-VSR's script repeats the edge's pixel as it mirrors, DUF's code
does not; these two agree away from it. TTVSR's agrees nowhere: its kernel has 12 x 12 taps, and another offset."""


class BD(Chain):
    """Ends at the LR size, in grey levels.

    Args:
        scale: HR pixels per LR pixel, the same as that of the pairs: 3 for images, 4 for video.
    """

    def __init__(self, scale: Literal[3, 4] = 3) -> None:
        size = SIZE[scale]
        blur = Blur((SIGMA, SIGMA), (size, size), border=BORDER[scale], rounding="uint8")
        super().__init__([blur, Decimate(scale, FIRST[scale])])
