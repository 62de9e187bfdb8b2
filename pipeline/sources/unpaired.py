"""Images of two sources that do not belong together: HR of one, LR of the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import SourceError
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Unpaired"]


class Unpaired(Source):
    """Each sample holds one plane; batches draw from the two sides independently.

    A side takes from its source the plane that it is called after, or, where there is none, the other one: so photos
    of a poor camera serve as LR whatever their source calls them, and a model that learns from LR images alone
    (KernelGAN) has them on both sides.

    Args:
        hr: where HR images come from.
        lr: where LR images come from.
    """

    def __init__(self, hr: Source, lr: Source) -> None:
        self.sides = {"hr": hr, "lr": lr}

    def fetch(self, store: Store) -> Receipt:
        """Have both sides' archives."""
        receipts = [source.fetch(store) for source in self.sides.values()]
        digest = hashlib.sha256("".join(each.sha256 for each in receipts).encode()).hexdigest()
        return Receipt(" + ".join(each.packing for each in receipts), sum(each.size for each in receipts), digest)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield all HR images, then all LR images; keys stand under the side's name."""
        for side, source in self.sides.items():
            for sample in source.samples(store):
                yield Sample(f"{side}/{sample.key}", {side: sample.planes[_taken(side, sample.planes, sample.key)]})

    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]] | None:
        """Return the recorded pixels of both sides, None where one of them has none."""
        content: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        for side, source in self.sides.items():
            own = source.content()
            if own is None:
                return None
            content |= {f"{side}/{key}": {side: planes[_taken(side, planes, key)]} for key, planes in own.items()}
        return content


def _taken(side: str, planes: Mapping[str, object], key: str) -> str:
    """Return the plane of an image that is its ``side``."""
    found = [plane for plane in (side, "hr", "lr") if plane in planes]
    if not found:
        raise SourceError(
            f"unpaired: {key} has neither HR nor LR, only {', '.join(sorted(planes))}; take another source"
        )
    return found[0]
