"""Set5: five images on which the whole field is compared.

Bevilacqua, Roumy, Guillemot, Alberi-Morel, "Low-Complexity Single-Image Super-Resolution Based on Nonnegative Neighbor
Embedding", BMVC 2012. No terms are stated.
"""

from __future__ import annotations

from typing import Literal

from pipeline.archives.benchmark import BenchmarkSource

__all__ = ["Set5"]

DATA = ("set5.json",)


class Set5(BenchmarkSource):
    """baby, bird, butterfly, head, woman: RGB, 228 to 512 pixels wide and high.

    Args:
        lr: the authors' LR images to have beside HR, for pairs with ``degradation: given``.
    """

    name = "Set5"
    count = 5

    def __init__(self, lr: Literal["none", "bicubic_x2", "bicubic_x3", "bicubic_x4", "bicubic_x8"] = "none") -> None:
        self.lr = lr
