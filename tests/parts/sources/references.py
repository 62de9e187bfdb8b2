"""Small images, each with a reference of similar content."""

from collections.abc import Iterator

import numpy as np

from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.randomness import generator

__all__ = ["References"]


class References(Source):
    """Noise and its mirror image.

    Args:
        count: how many.
        side: height and width in pixels.
    """

    def __init__(self, count: int, side: int) -> None:
        self.count = count
        self.side = side

    def fetch(self, store: Store) -> Receipt:
        return Receipt("made up", 0, "0" * 64)

    def samples(self, store: Store) -> Iterator[Sample]:
        for number in range(self.count):
            image = generator("references", number).integers(0, 256, (self.side, self.side, 3), dtype=np.uint8)
            yield Sample(f"r{number}", {"hr": image, "ref": image[:, ::-1]})

    def content(self) -> None:
        return None
