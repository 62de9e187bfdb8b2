"""Some samples of a source, for instance to learn from one part and be judged on the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.bounds import Filled
from pipeline.errors import SourceError
from pipeline.kinds import Receipt, Sample, Source, Store

__all__ = ["Subset"]


class Subset(Source):
    """The samples of ``of`` that ``keys`` names.

    Args:
        of: the whole source.
        keys: the samples to take; in YAML a key of digits stands in quotes.
    """

    def __init__(self, of: Source, keys: Filled[list[str]]) -> None:
        self.of = of
        self.keys = keys

    def fetch(self, store: Store) -> Receipt:
        """Have the whole source."""
        return self.of.fetch(store)

    def samples(self, store: Store) -> Iterator[Sample]:
        """Yield the named samples in the source's order."""
        missing = set(self.keys)
        for sample in self.of.samples(store):
            if sample.key in self.keys:
                missing.discard(sample.key)
                yield sample
        if missing:
            raise SourceError(
                f"subset: the source has no {', '.join(sorted(missing))}; look into its shards for its keys"
            )

    def content(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]] | None:
        """Return the recorded pixels of the named samples."""
        content = self.of.content()
        return None if content is None else {key: planes for key, planes in content.items() if key in self.keys}
