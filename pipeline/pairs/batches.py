"""Batches of augmented patches: the n-th sample is a pure function of the stream's keys and n."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.augmentations.dihedral import Dihedral
from pipeline.errors import BatchError, DataError, told_at
from pipeline.fields import LEVELS, has_level
from pipeline.images.colour import to_float
from pipeline.images.scale import high
from pipeline.kinds import Augmentation, Drawn
from pipeline.pairs import points
from pipeline.pairs.anew import Anew
from pipeline.pairs.crops import CROPS, Crops, Pick
from pipeline.pairs.reading import UNALIGNED, PairSet
from pipeline.randomness import generator
from pipeline.shards.index import Entry

RGB = 3
LUMA = 1
Augment: TypeAlias = Literal["none", "dihedral"] | Sequence[Augmentation]

AHEAD = 4
"""Batches that wait for the network."""
OF_A_RANGE = 4
"""Batches that stand for all scales of a range."""


class Batches:
    """Batch ``k`` holds the samples k * size to (k + 1) * size - 1 of the stream.

    Images whose planes belong together are cut at the same place and turned the same way; where some images hold
    only HR and others only LR (unpaired data), the two sides are drawn independently. Of pairs of several scales each
    batch has one, drawn for its number; where a pyramid of that scale lacks a level, so does the batch.

    Args:
        pairs: where the samples come from.
        fields: the fields that somebody reads.
        size: samples in a batch.
        patch: height and width of a patch in LR pixels.
        augment: what is done to each sample, in this order; ``dihedral`` for the eight flips and rotations alone.
        stream: what the stream of samples depends on: (seed, model name), and whatever tells several streams apart.
        part: the samples of each batch that are wanted here, counted from 0; None for all.
        crops: where patches are cut.
        anew: what makes LR; None where it is read as it is stored.
    """

    def __init__(
        self,
        pairs: PairSet,
        fields: Iterable[str],
        *,
        size: int,
        patch: int,
        augment: Augment,
        stream: tuple[int | str, ...],
        part: Sequence[int] | None = None,
        crops: Crops = "even",
        anew: Anew | None = None,
    ) -> None:
        self.pairs = pairs
        self.size = size
        self.patch = patch
        self.augmentations = _augmentations(augment)
        self.stream = stream
        self.place = f"models.{stream[1]}.training.augment"
        self.part = range(size) if part is None else part
        self.crops = CROPS[crops](pairs, patch)
        self.anew = anew
        self.fields = {*fields}
        self.groups = _groups(pairs, sorted(_of_images(self.fields)))
        self.scales = pairs.facts.scales
        self._require_scales()
        self._require_room()
        self._require_fields(fields)
        if anew:
            self._stacked([0])  # that a chain cannot run on such a patch is told here

    def __getitem__(self, number: int) -> dict[str, NDArray[Any]]:
        """Return batch ``number``: fields (B, C, H, W) or (B, T, C, H, W), uint8, or float32 in [0, 1].

        In memory channels lie last, as in the shards. ``scale`` has no dimension; where the points are all pixels,
        ``coord`` and ``cell`` are of one sample for all.
        """
        return self._stacked([number * self.size + i for i in self.part])

    def sample(self, number: int) -> dict[str, NDArray[np.float32]]:
        """Return sample ``number`` of the stream: fields as float32 (C, H, W) or (T, C, H, W) in [0, 1]."""
        return {name: in_unit(values[0] if values.ndim else values) for name, values in self._stacked([number]).items()}

    def of_every_scale(self) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the first batch of each scale; of scales drawn from a range the first few batches."""
        if self.scales.ends:
            yield from (self[number] for number in range(OF_A_RANGE))
            return
        waited = {*self.scales.some}
        for number in itertools.count():
            if self._scale(number * self.size) in waited:
                waited.remove(self._scale(number * self.size))
                yield self[number]
            if not waited:
                return

    def between(self, first: int, last: int) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the batches ``first`` to ``last`` - 1, made a few ahead in a thread.

        The n-th batch is a function of n alone, so that nothing depends on when it is made.
        """
        with ThreadPoolExecutor(1) as pool:
            waiting: deque[Future[dict[str, NDArray[Any]]]] = deque()
            try:
                for number in range(first, last):
                    waiting.append(pool.submit(self.__getitem__, number))
                    if len(waiting) > AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _picks(self, number: int) -> list[Pick]:
        """Return what chance decides for sample ``number``, but for its degradation."""
        rng = generator(*self.stream, number)
        return [self._pick(number, fields, entries, rng) for fields, entries in self.groups]

    def _pick(self, number: int, fields: list[str], entries: list[Entry], rng: np.random.Generator) -> Pick:
        entry = entries[int(rng.integers(len(entries)))]
        if self.scales.one is None:
            scale = self._scale(number)
            entry = self.pairs.at(entry, scale)
            fields = [each for each in fields if each not in LEVELS or has_level(each, scale)]
        window = self.crops.window(entry, rng)
        return Pick(number, entry, fields, window, [each.draw(rng) for each in self.augmentations])

    def _scale(self, number: int) -> float:
        """Return the scale of sample ``number``, that of its batch."""
        if self.scales.one is not None:
            return self.scales.one
        return self.scales.draw(generator(*self.stream, number // self.size, "scale"))

    def _stored(self, picks: Iterable[Pick]) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the patches of each of ``picks``, (..., H, W, C), as views or small arrays."""
        for pick in picks:
            yield {field: self.pairs.field(pick.entry, field, pick.window) for field in pick.fields}

    def _augmented(self, patches: dict[str, NDArray[Any]], drawn: Sequence[Drawn]) -> dict[str, NDArray[Any]]:
        aligned = {field: patch for field, patch in patches.items() if field not in UNALIGNED}
        for each, own in zip(self.augmentations, drawn, strict=True):
            with told_at(self.place):
                aligned = each.apply(aligned, own)
        return patches | aligned

    def _at_points(self, patches: dict[str, NDArray[Any]], number: int) -> dict[str, NDArray[Any]]:
        """Return ``patches`` with HR at points that are drawn, where it is wanted."""
        if points.SAMPLED not in self.fields or "hr" not in patches:
            return patches
        drawn = points.sampled((self.patch, self.patch), patches["hr"], generator(*self.stream, number, "points"))
        return {name: patch for name, patch in {**patches, **drawn}.items() if name in self.fields}

    def _places(self, number: int) -> dict[str, NDArray[Any]]:
        """Return what is known of a batch by its scale alone: that, and where all pixels lie."""
        scale, side = self._scale(number), (self.patch, self.patch)
        known: dict[str, NDArray[Any]] = {"scale": np.asarray(scale)}
        if points.SAMPLED not in self.fields and not self.fields.isdisjoint(points.PLACED):
            known |= points.grid(*points.whole(side, high(side, scale)))
        return {name: value for name, value in known.items() if name in self.fields}

    def _stacked(self, numbers: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Return the samples ``numbers``, each field as one array; each is laid there while the caches hold it."""
        stacks: dict[str, NDArray[Any]] = {}
        picks = [pick for number in numbers for pick in self._picks(number)]
        patches = self.anew.patches(picks) if self.anew else self._stored(picks)
        for order, (pick, own) in enumerate(zip(picks, patches, strict=True)):
            for field, patch in self._at_points(self._augmented(own, pick.drawn), pick.number).items():
                if field not in stacks:
                    stacks[field] = _room(len(numbers), field, patch)
                self._require_size(field, patch, stacks[field])
                stacks[field][order // len(self.groups)] = patch  # a grey one becomes three equal channels
        images = {name: stack if name in points.PLACED else _channels_second(stack) for name, stack in stacks.items()}
        return images | self._places(numbers[0])

    def _require_size(self, field: str, patch: NDArray[Any], stack: NDArray[Any]) -> None:
        assert patch.dtype == stack.dtype, f"{field} is stored in one way"
        sizes = sorted({patch.shape[:-1], stack.shape[1:-1]})
        if len(sizes) > 1:
            raise BatchError(
                f"{self.pairs.shards.folder}: the images of `{field}` differ in size ({sizes[0]}, {sizes[-1]}); "
                "a batch needs one size: set `batch: 1`, or bring them to one size"
            )

    def _require_fields(self, fields: Iterable[str]) -> None:
        for each in self.augmentations:
            barred = each.barred(sorted(fields))
            if barred:
                name = type(each).__name__.lower()
                raise BatchError(
                    f"{self.place}: {name}: cannot be had where `{'`, `'.join(barred)}` is read; leave it out"
                )

    def _require_scales(self) -> None:
        folder = self.pairs.shards.folder
        if self.scales.one is None and not self.anew:
            raise BatchError(f"{folder}: holds several scales, and a batch has one; say `degrade: anew`")
        if not self.scales.whole and (not self.anew or self.anew.margin):
            raise BatchError(
                f"{folder}: its scale is {self.scales}, and an LR pixel of it no whole number of HR pixels; say "
                "`degrade: anew` and `margin: 0`"
            )

    def _require_room(self) -> None:
        for _, entries in self.groups:
            for entry in entries:
                least = entry if self.scales.one is not None else self.pairs.at(entry, self.scales.most)
                height, width = self.pairs.grid(least)
                if min(height, width) < self.patch:
                    raise DataError(
                        f"{self.pairs.shards.folder}: {entry.key} has {height}x{width} LR pixels, less than a patch "
                        f"of {self.patch}; choose a smaller `patch`"
                    )


def _augmentations(said: Augment) -> Sequence[Augmentation]:
    if isinstance(said, str):
        return [Dihedral()] if said == "dihedral" else []
    return said


def _room(samples: int, field: str, patch: NDArray[Any]) -> NDArray[Any]:
    channels = patch.shape[-1] if field in points.PLACED else _channels(field)
    return np.empty((samples, *patch.shape[:-1], channels), patch.dtype)


def _channels_second(stack: NDArray[Any]) -> NDArray[Any]:
    """Return ``stack`` (..., H, W, C) as (..., C, H, W), the memory as it is."""
    if stack.shape[-1] == 1:  # to torch, strides of a moved axis of one say "channels last", and other sums follow
        return stack.reshape(*stack.shape[:-3], 1, *stack.shape[-3:-1])
    return np.moveaxis(stack, -1, -3)


def in_unit(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return uint8 as float32 in [0, 1]; float32 as it is."""
    return to_float(values) if values.dtype == np.uint8 else values


def channels_first(image: NDArray[Any], field: str) -> NDArray[np.float32]:
    """Turn pixels (..., H, W, C) into a field (..., C, H, W) in [0, 1]: three channels, or one for luma."""
    planes = np.moveaxis(in_unit(image), -1, -3)
    shape = (*planes.shape[:-3], _channels(field), *planes.shape[-2:])
    return np.array(np.broadcast_to(planes, shape), dtype=np.float32, order="C")


def _channels(field: str) -> int:
    return LUMA if field.endswith("_y") else RGB


def _of_images(fields: set[str]) -> set[str]:
    """Return the fields that images must give for ``fields``."""
    of_hr = {"hr"} if points.SAMPLED in fields else set()
    return (fields | of_hr) - {*points.PLACED, points.SAMPLED, "scale"}


def _groups(pairs: PairSet, fields: list[str]) -> list[tuple[list[str], list[Entry]]]:
    """Group the images by the fields they can give; each group is drawn from independently."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in pairs.entries:
        given = tuple(pairs.available(entry, fields))
        if given:
            groups.setdefault(given, []).append(entry)
    there = [field for given in groups for field in given]
    missing = [field for field in fields if field not in there]
    folder = pairs.shards.folder
    if missing:
        planes = sorted({plane for entry in pairs.entries for plane in entry.planes})
        raise BatchError(f"{folder}: nothing gives {missing}; its images have only the planes {planes}")
    if len(there) != len(set(there)):
        raise BatchError(f"{folder}: its images give different fields: {sorted(groups)}; a batch needs one kind")
    return [(list(given), entries) for given, entries in groups.items()]
