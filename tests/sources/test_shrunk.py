"""Another source at a smaller size."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.images.resize import resize
from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.sources.shrunk import Shrunk

STORE = Store(Path("nowhere"))
HR = np.random.default_rng(0).integers(0, 256, (21, 34, 3), dtype=np.uint8)


class One(Source):
    """One image, under the plane ``plane``."""

    def __init__(self, plane: str) -> None:
        self.plane = plane

    def fetch(self, store: Store) -> Receipt:
        return Receipt("one", 1, "1")

    def samples(self, store: Store) -> Iterator[Sample]:
        yield Sample("a", {self.plane: HR}, "of")

    def content(self) -> None:
        """Return None: nothing is recorded."""


def test_an_image_is_reduced_with_its_sides_rounded_up() -> None:
    shrunk = Shrunk(One("hr"), 0.7)
    (sample,) = shrunk.samples(STORE)

    assert ("a", "of", {"hr"}) == (sample.key, sample.member, set(sample.planes))
    assert np.array_equal(resize(HR, (15, 24)), sample.planes["hr"])
    assert Receipt("one", 1, "1") == shrunk.fetch(STORE)


def test_a_source_without_hr_is_refused() -> None:
    with pytest.raises(SourceError, match="shrunk: a has no HR; take another source in `of`"):
        list(Shrunk(One("lr"), 0.5).samples(STORE))
