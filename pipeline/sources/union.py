"""Several sources as one: what T91 and BSDS200 are to the papers that learn from 291 images."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipeline.bounds import Filled
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Union"]


class Union(Source):
    """All samples of all members; keys and scores stand under the member's name.

    Args:
        of: the members by name: ``{set5: {}, b100: {name: bsds100}}``.
    """

    def __init__(self, of: Filled[dict[str, Source]]) -> None:
        self.of = of

    def fetch(self, store: Store) -> Receipt:
        """Have every member's archives."""
        receipts = [source.fetch(store) for source in self.of.values()]
        digest = hashlib.sha256("".join(each.sha256 for each in receipts).encode()).hexdigest()
        return Receipt(" + ".join(each.packing for each in receipts), sum(each.size for each in receipts), digest)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the members' samples, member by member."""
        for member, source in self.of.items():
            for sample in source.samples(store):
                yield replace(sample, key=f"{member}/{sample.key}", member=member)

    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]] | None:
        """Return the members' recorded pixels, None where one of them has none."""
        content: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        for member, source in self.of.items():
            own = source.content()
            if own is None:
                return None
            content |= {f"{member}/{key}": planes for key, planes in own.items()}
        return content
