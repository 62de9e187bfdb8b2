"""Making pairs: every HR image of a source through a chain of degradations, offline."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.errors import DataError, told_at
from pipeline.images import threads
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.scale import low
from pipeline.kinds import Drawn, Link, Size
from pipeline.pairs.derive import derived
from pipeline.pairs.drawing import chain_of, draw, place_of
from pipeline.pairs.reading import LR_GRID, PAIRS, Facts, lr_plane
from pipeline.pairs.scales import Scales
from pipeline.pairs.settings import Pairs
from pipeline.randomness import generator
from pipeline.shards.index import Entry, write_index
from pipeline.shards.reading import Shards
from pipeline.shards.writing import Writer, link_shards


def make_pairs(
    settings: Pairs, name: str, *, shards: Path, learner: Path, out: Path, seed: int, own: Path | None = None
) -> None:
    """Write the pairs ``name``: a new LR plane beside the source's planes, and what was drawn for each image.

    Args:
        learner: the folder of the model that a link runs.
        own: the folder of the user's own files, where a link reads one.

    Raises:
        DataError: when the source lacks what the chain needs, or a chain misses the LR size.
    """
    source, scales = Shards(shards), Scales(settings.scale)
    with atomic.folder(out) as folder:
        if settings.degradation == "given":
            kept = entries = _given(source, scales.most)
        else:
            maker = Maker(
                source,
                chain_of(name, settings.degradation, learner=learner, own=own),
                settings,
                Writer(folder),
                (seed, name),
            )
            kept = [maker.scaled(entry) for entry in source.entries]
            drawn = [maker.draw(entry) for entry in kept]
            degraded = threads.ahead(maker.degraded, zip(kept, drawn, strict=True))
            entries = [maker.written(*each) for each in zip(kept, drawn, degraded, strict=True)]
        link_shards(source.folder, [place for entry in kept for place in entry.planes.values()], folder)
        write_index(folder, entries)
        facts = Facts(scales.json(), settings.rounding, name, source.digest(), _said(settings))
        (folder / PAIRS).write_text(json.dumps(asdict(facts), indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Maker:
    """Makes pairs; ``key`` is what the draws depend on beside the image's own key."""

    source: Shards
    chain: Link
    settings: Pairs
    writer: Writer
    key: tuple[int, str]

    def scaled(self, entry: Entry) -> Entry:
        """Return ``entry`` without its source's LR, which a chain replaces; of several scales, with one of its own."""
        planes = {name: place for name, place in entry.planes.items() if name not in LR_GRID}
        scales = Scales(self.settings.scale)
        drawn = scales.draw(generator(*self.key, entry.key, "scale")) if scales.one is None else None
        return Entry(entry.key, entry.member, planes, scale=drawn)

    def draw(self, entry: Entry) -> Drawn:
        """Return what chance decides for ``entry``; the chain must then leave the LR size."""
        return draw(self.chain, (*self.key, entry.key), self._target(entry), self._scale(entry))

    def degraded(self, pair: tuple[Entry, Drawn]) -> NDArray[Any]:
        """Return the LR plane of an entry, from what was drawn for it; several threads make some at once."""
        entry, drawn = pair
        image = crop_to_multiple(self._hr(entry, "hr" if self._plane == "lr" else "hr_y"), self._scale(entry))
        with told_at(f"{place_of(self.key[1])}: {entry.key}"):
            degraded = self.chain.apply(to_float(image), drawn)
        target = self._target(entry)
        assert degraded.shape[-3:-1] == target, f"{entry.key}: a link promised {target}, gave {degraded.shape}"
        return to_uint8(degraded) if self._plane == "lr" else degraded.astype(np.float32)

    def written(self, entry: Entry, drawn: Drawn, values: NDArray[Any]) -> Entry:
        """Return ``entry`` with its LR plane, which is written, and the draw that made it."""
        place = self.writer.add(self._plane, values)
        return Entry(entry.key, entry.member, {**entry.planes, self._plane: place}, drawn["links"], entry.scale)

    @property
    def _plane(self) -> str:
        return lr_plane(self.settings.rounding)

    def _hr(self, entry: Entry, field: str) -> Any:
        how = derived(field, entry.planes)
        assert how is not None, f"{field} is derived from hr"
        return how.make(self.source.plane(entry, "hr"), self._scale(entry))

    def _scale(self, entry: Entry) -> float:
        return Scales(self.settings.scale).most if entry.scale is None else entry.scale

    def _target(self, entry: Entry) -> Size:
        """Return height and width of the LR image of ``entry``."""
        if "hr" not in entry.planes:
            raise DataError(f"{self.source.folder}: {entry.key} has no `hr` plane to degrade; use `degradation: given`")
        height, width = entry.planes["hr"].shape[-3:-1]
        target, scale = low((height, width), self._scale(entry)), self._scale(entry)
        if min(target) < 1:
            raise DataError(f"{self.source.folder}: {entry.key} has {height}x{width} pixels; the scale is {scale}")
        return target


def _said(settings: Pairs) -> Literal["given"] | list[dict[str, Any]]:
    """Return the degradation as params.yaml says it: links in the form ``{blur: {options}}``."""
    if isinstance(settings.degradation, str):
        return settings.degradation
    options = [dict(link) for link in settings.degradation]
    return [{each.pop("name"): each} for each in options]


def _given(source: Shards, scale: float) -> list[Entry]:
    if not source.places("lr"):
        raise DataError(f"{source.folder}: the source has no LR images of its own; write a chain of links instead")
    for entry in source.entries:
        if entry.planes.keys() >= {"hr", "lr"}:
            hr, lr = (entry.planes[plane].shape for plane in ("hr", "lr"))
            (tall, wide), (short, narrow) = hr[-3:-1], lr[-3:-1]
            if hr[:-3] != lr[:-3]:
                raise DataError(f"{source.folder}: {entry.key} has HR of {hr[:-3]} frames and LR of {lr[:-3]}")
            if low((tall, wide), scale) != (short, narrow):
                raise DataError(
                    f"{source.folder}: {entry.key} has HR {tall}x{wide} and LR {short}x{narrow}; "
                    f"that is not the scale {scale} of the pairs"
                )
    return source.entries
