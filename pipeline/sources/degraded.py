"""Another source as a camera sees it: LR images whose HR nobody is shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.bounds import OneOrMore
from pipeline.errors import SourceError, told_at
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.kinds import Link, Receipt, Sample, Size, Source, Store
from pipeline.randomness import generator

__all__ = ["Degraded"]


class Degraded(Source):
    """The HR images of ``of``, degraded and rounded to 8 bits, as ``lr`` of samples that hold nothing else.

    They stand for images of a camera where learning without pairs is put to the test.

    Args:
        of: the source of the scenes.
        link: the camera, for instance ``{name: hidden, number: 1, scale: 2}``; it must leave 1 / ``scale`` of the size.
        scale: HR pixels per LR pixel.
    """

    def __init__(self, of: Source, link: Link, scale: OneOrMore) -> None:
        self.of = of
        self.link = link
        self.scale = scale

    def fetch(self, store: Store) -> Receipt:
        """Have the scenes."""
        return self.of.fetch(store)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the scenes as the camera sees them, in their order; chance comes from a scene's key."""
        for sample in self.of.samples(store):
            if "hr" not in sample.planes:
                raise SourceError(f"degraded: {sample.key} has no HR to degrade; take another source in `of`")
            with told_at(f"degraded: {sample.key}"):
                yield Sample(sample.key, {"lr": self._seen(sample.planes["hr"], sample.key)}, sample.member)

    def content(self) -> None:
        """Return None: what is made here is not recorded."""

    def _seen(self, pixels: NDArray[np.uint8], key: str) -> NDArray[np.uint8]:
        hr = to_float(crop_to_multiple(pixels, self.scale))
        height, width = hr.shape[-3:-1]
        target = height // self.scale, width // self.scale
        drawn = self.link.draw(generator("degraded", key), (height, width), target)
        self._require(self.link.after((height, width), drawn), target)
        return to_uint8(self.link.apply(hr, drawn))

    def _require(self, size: Size, target: Size) -> None:
        if size != target:
            (height, width), (low, narrow) = size, target
            raise SourceError(
                f"the link makes {height}x{width} of it, but the scale {self.scale} wants {low}x{narrow}; "
                "end it with a step to that size"
            )
