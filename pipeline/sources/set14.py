"""Set14: fourteen images, one of them grey.

Zeyde, Elad, Protter, "On Single Image Scale-Up Using Sparse-Representations", Curves and Surfaces 2010. No terms are
stated.
"""

from __future__ import annotations

from typing import Literal

from pipeline.archives.benchmark import BenchmarkSource

__all__ = ["Set14"]

DATA = ("set14.json",)


class Set14(BenchmarkSource):
    """Thirteen RGB images and the grey bridge, 250 to 768 pixels wide, 276 to 656 high.

    Args:
        lr: the authors' LR images to have beside HR, for pairs with ``degradation: given``.
    """

    name = "Set14"
    count = 14

    def __init__(self, lr: Literal["none", "bicubic_x2", "bicubic_x3", "bicubic_x4", "bicubic_x8"] = "none") -> None:
        self.lr = lr
