"""Small smooth textures, made up from a seed."""

from collections.abc import Iterator

import numpy as np

from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.randomness import generator

__all__ = ["Textures"]


class Textures(Source):
    """RGB textures; the last one is grey.

    Args:
        count: how many.
        side: height in pixels; the width is three pixels more, so that sizes are odd somewhere.
    """

    def __init__(self, count: int, side: int) -> None:
        self.count = count
        self.side = side

    def fetch(self, store: Store) -> Receipt:
        return Receipt("made up", 0, "0" * 64)

    def samples(self, store: Store) -> Iterator[Sample]:
        rows, columns = np.mgrid[: self.side, : self.side + 3]
        for number in range(self.count):
            rng = generator("textures", number)
            waves = [np.cos(rng.uniform(0.05, 0.8) * rows + rng.uniform(-0.8, 0.8) * columns) for _ in range(3)]
            image = np.clip(128 + 100 * np.stack(waves, axis=-1), 0, 255).astype(np.uint8)
            yield Sample(f"t{number}", {"hr": image if number < self.count - 1 else image[..., :1]})

    def content(self) -> None:
        return None
