"""Small clips: textures that move."""

from collections.abc import Iterator

import numpy as np

from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.randomness import generator

__all__ = ["Clips"]


class Clips(Source):
    """Clips of moving noise.

    Args:
        count: how many.
        frames: frames in each.
        side: height and width in pixels.
    """

    def __init__(self, count: int, frames: int, side: int) -> None:
        self.count = count
        self.frames = frames
        self.side = side

    def fetch(self, store: Store) -> Receipt:
        return Receipt("made up", 0, "0" * 64)

    def samples(self, store: Store) -> Iterator[Sample]:
        for number in range(self.count):
            noise = generator("clips", number).integers(0, 256, (self.side, self.side, 3), dtype=np.uint8)
            frames = [np.roll(noise, 2 * time, axis=1) for time in range(self.frames)]
            yield Sample(f"c{number}", {"hr": np.stack(frames)})

    def content(self) -> None:
        return None
