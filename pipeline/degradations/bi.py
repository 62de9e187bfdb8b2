"""BI: MATLAB's bicubic imresize on 8 bits, from which nearly all papers of networks on RGB learn."""

from __future__ import annotations

from pipeline.degradations.chain import Chain
from pipeline.degradations.resize import Resize

__all__ = ["BI"]


class BI(Chain):
    """Ends at the LR size, in grey levels: rounded after each of the two passes, mirrored at the edge.

    Luma in floating point, as the papers of luma networks made it, takes ``resize`` with no rounding instead.
    """

    def __init__(self) -> None:
        super().__init__([Resize("target", "bicubic", rounding="uint8")])
