"""Unpaired images: some with HR only, others with LR only."""

from collections.abc import Iterator

import numpy as np

from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.randomness import generator

__all__ = ["Strangers"]


class Strangers(Source):
    """Noise of two kinds; nothing tells which LR image belongs to which HR image, as none does.

    Args:
        count: how many of each kind.
        side: height and width of the HR images in pixels; the LR images have half of it.
    """

    def __init__(self, count: int, side: int) -> None:
        self.count = count
        self.side = side

    def fetch(self, store: Store) -> Receipt:
        return Receipt("made up", 0, "0" * 64)

    def samples(self, store: Store) -> Iterator[Sample]:
        for plane, side in (("hr", self.side), ("lr", self.side // 2)):
            for number in range(self.count):
                image = generator("strangers", plane, number).integers(0, 256, (side, side, 3), dtype=np.uint8)
                yield Sample(f"{plane}{number}", {plane: image})

    def content(self) -> None:
        return None
