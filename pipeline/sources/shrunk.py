"""Another source at a smaller size: copies by which the papers have more images to learn from.

Dong, Loy, Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016, section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from pipeline.bounds import Fraction
from pipeline.errors import SourceError, told_at
from pipeline.images.resize import resize
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Shrunk"]


class Shrunk(Source):
    """The HR images of ``of``, reduced by MATLAB's bicubic, rounded to 8 bits.

    Args:
        of: the source of the images; what else it has of them is left out.
        to: the size that is left, as a share of each side (FSRCNN: 0.9, 0.8, 0.7, 0.6, beside the images themselves).
    """

    def __init__(self, of: Source, to: Fraction) -> None:
        self.of = of
        self.to = to

    def fetch(self, store: Store) -> Receipt:
        """Have the images."""
        return self.of.fetch(store)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the images in their order, with sides rounded up, as MATLAB rounds those of ``imresize(image, to)``."""
        for sample in self.of.samples(store):
            if "hr" not in sample.planes:
                raise SourceError(f"shrunk: {sample.key} has no HR; take another source in `of`")
            hr = sample.planes["hr"]
            height, width = (ceil(side * self.to) for side in hr.shape[-3:-1])
            with told_at(f"shrunk: {sample.key}"):
                yield Sample(sample.key, {"hr": resize(hr, (height, width))}, sample.member)

    def content(self) -> None:
        """Return None: what is made here is not recorded."""
