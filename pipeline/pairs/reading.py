"""Reading pairs: whole images and aligned windows of any field, stored or derived."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.errors import BatchError, DataError
from pipeline.images.scale import along, low
from pipeline.kinds import Size
from pipeline.lookup import single
from pipeline.pairs.derive import Array, Derived, derived
from pipeline.pairs.scales import Scales
from pipeline.pairs.settings import Rounding
from pipeline.shards.index import Entry
from pipeline.shards.reading import Shards

PAIRS = "pairs.json"
HR_GRID = ("hr",)
LR_GRID = ("lr", "lr_y")
UNALIGNED = ("ref",)


@dataclass(frozen=True)
class Facts:
    """What holds for all pairs of a folder.

    Args:
        scale: HR pixels per LR pixel, or what params.yaml says of several.
        rounding: ``uint8`` or ``none``.
        benchmark: the name under which scores on these pairs stand: that of their entry in params.yaml.
        data: the content digest of the source's images.
        degradation: the chain of links as params.yaml says it, or ``given``.
    """

    scale: Any
    rounding: Rounding
    benchmark: str
    data: str
    degradation: Literal["given"] | list[dict[str, Any]]

    @property
    def scales(self) -> Scales:
        """The scale, or the scales of which each image has one."""
        return Scales(self.scale)

    def links(self) -> list[dict[str, Any]]:
        """Return the links of the chain, each as ``{name: blur, options}``."""
        assert self.degradation != "given", "the check of params.yaml says so"
        return [single(each) for each in self.degradation]


def lr_plane(rounding: Rounding) -> str:
    """Return the plane that a chain makes: RGB in eight bits, or luma in floating point."""
    return "lr" if rounding == "uint8" else "lr_y"


def member_of(benchmark: str) -> str:
    """Return the set of ``suite/set``, under which an image of joined sets is scored; else the name itself."""
    return benchmark.partition("/")[2] or benchmark


class Window(NamedTuple):
    """A patch of an LR grid, in LR pixels."""

    top: int
    left: int
    height: int
    width: int


class PairSet:
    """A folder of pairs, or some of its images."""

    def __init__(self, folder: Path, entries: Iterable[Entry] | None = None) -> None:
        self.shards = Shards(folder)
        self.facts = _facts(folder)
        self.entries = self.shards.entries if entries is None else list(entries)

    def split(self, last: int) -> tuple[PairSet, PairSet]:
        """Return all images but the ``last`` ones, and the ``last`` ones."""
        if last >= len(self.entries):
            raise DataError(f"{self.shards.folder}: holds {len(self.entries)} images; `validate: {last}` leaves none")
        cut = len(self.entries) - last
        folder = self.shards.folder
        return PairSet(folder, self.entries[:cut]), PairSet(folder, self.entries[cut:])

    def available(self, entry: Entry, fields: Iterable[str]) -> list[str]:
        """Return those of ``fields`` that ``entry`` holds or can derive."""
        return [field for field in fields if derived(field, entry.planes)]

    def scale_of(self, entry: Entry) -> float:
        """Return the HR pixels per LR pixel of ``entry``."""
        scale = self.facts.scales.one if entry.scale is None else entry.scale
        assert scale is not None, f"{entry.key}: of several scales each image has one"
        return scale

    def at(self, entry: Entry, scale: float) -> Entry:
        """Return ``entry`` as it is at another scale: without LR, which would have to be made."""
        planes = {name: place for name, place in entry.planes.items() if name not in LR_GRID}
        return Entry(entry.key, entry.member, planes, scale=scale)

    def grid(self, entry: Entry) -> Size:
        """Return height and width of the LR image, there or not."""
        for plane in LR_GRID:
            if plane in entry.planes:
                height, width = entry.planes[plane].shape[-3:-1]
                return height, width
        if "hr" not in entry.planes:
            raise BatchError(f"{self.shards.folder}: {entry.key} has neither HR nor LR, only {sorted(entry.planes)}")
        height, width = entry.planes["hr"].shape[-3:-1]
        return low((height, width), self.scale_of(entry))

    def whole(self, entry: Entry) -> Window:
        """Return the window that is the whole image."""
        return Window(0, 0, *self.grid(entry))

    def field(self, entry: Entry, field: str, window: Window) -> Array:
        """Return ``field`` of ``entry`` inside ``window``: uint8, or float32 in [0, 1], with channels last.

        A field of HR size is the scale times the window, rounded. A resized field is made from the window and its
        surroundings, so that it equals the same part of the whole resized image. A reference is not cropped.
        """
        how = derived(field, entry.planes)
        if how is None:
            raise BatchError(f"{field}: {entry.key} of {self.shards.folder} has only {sorted(entry.planes)}")
        return patch_of(self.shards.plane(entry, how.plane), how, window, self.grid(entry), self.scale_of(entry))


def patch_of(plane: Array, how: Derived, window: Window, grid: Size, scale: float) -> Array:
    """Return the field that comes from ``plane`` as ``how`` says, inside ``window`` of the LR ``grid``."""
    if how.plane in UNALIGNED:
        return how.make(plane, scale)
    own = scale if how.plane in HR_GRID else 1
    wide = _widened(window, how.reach, grid)
    made = how.make(_cut(plane, wide, own), scale)
    inner = Window(window.top - wide.top, window.left - wide.left, window.height, window.width)
    return _cut(made, inner, scale / how.shrunk if how.shrunk else own)


def _cut(plane: Array, window: Window, scale: float) -> Array:
    return plane[..., along(window.top, window.height, scale), along(window.left, window.width, scale), :]


def _widened(window: Window, reach: int, grid: Size) -> Window:
    top, left = max(window.top - reach, 0), max(window.left - reach, 0)
    bottom = min(window.top + window.height + reach, grid[0])
    right = min(window.left + window.width + reach, grid[1])
    return Window(top, left, bottom - top, right - left)


def _facts(folder: Path) -> Facts:
    try:
        return Facts(**json.loads((folder / PAIRS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError(f"{folder / PAIRS}: not found; run `dvc repro` to make it") from None
    except (ValueError, TypeError) as error:
        raise DataError(f"{folder / PAIRS}: is broken ({error}); remove the folder and run `dvc repro`") from None
