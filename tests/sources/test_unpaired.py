"""Two sources as one whose images do not belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import SourceError
from pipeline.kinds import Receipt, Sample, Source, Store
from pipeline.sources.unpaired import Unpaired

STORE = Store(Path("nowhere"))


class Made(Source):
    """Two images with the given planes; the pixels tell key and plane."""

    def __init__(self, *planes: str, recorded: bool = True) -> None:
        self.planes = planes
        self.recorded = recorded

    def fetch(self, store: Store) -> Receipt:
        return Receipt("+".join(self.planes), 7, "ab")

    def samples(self, store: Store) -> Iterator[Sample]:
        for number, key in enumerate(("one", "two")):
            yield Sample(key, {each: np.full((2, 2, 3), 10 * number + len(each), np.uint8) for each in self.planes})

    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]] | None:
        said = {key: {plane: {"sha256": f"{key} {plane}"} for plane in self.planes} for key in ("one", "two")}
        return said if self.recorded else None


def test_each_sample_holds_one_plane_under_a_key_of_its_own() -> None:
    found = {each.key: set(each.planes) for each in Unpaired(Made("hr"), Made("lr")).samples(STORE)}

    assert {"hr/one": {"hr"}, "hr/two": {"hr"}, "lr/one": {"lr"}, "lr/two": {"lr"}} == found


@pytest.mark.parametrize(("hr", "lr"), [("hr", "hr"), ("lr", "lr"), ("lr", "hr")])
def test_a_side_takes_the_images_of_any_source(hr: str, lr: str) -> None:
    source = Unpaired(Made(hr), Made(lr))
    content = source.content()
    assert content is not None

    assert ["hr", "hr", "lr", "lr"] == [plane for each in source.samples(STORE) for plane in each.planes]
    assert {"sha256": f"one {lr}"} == content["lr/one"]["lr"]


def test_a_side_prefers_the_plane_it_is_called_after() -> None:
    source = Unpaired(Made("hr", "lr"), Made("hr", "lr"))
    content = source.content()
    assert content is not None

    assert {"hr/one": {"hr": {"sha256": "one hr"}}, "lr/one": {"lr": {"sha256": "one lr"}}}.items() <= content.items()


def test_what_is_fetched_and_recorded_is_both() -> None:
    receipt = Unpaired(Made("hr"), Made("lr")).fetch(STORE)

    assert ("hr + lr", 14) == (receipt.packing, receipt.size)
    assert Unpaired(Made("hr"), Made("lr", recorded=False)).content() is None


def test_a_source_without_images_is_told() -> None:
    with pytest.raises(SourceError, match="one has neither HR nor LR, only raw"):
        list(Unpaired(Made("hr"), Made("raw")).samples(STORE))
