"""LR patches that are made anew at every look: each HR patch through the chain of its own pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pipeline.errors import DataError, PipelineError
from pipeline.images.colour import to_float, to_uint8
from pipeline.kinds import Link
from pipeline.pairs.crops import Pick
from pipeline.pairs.degrading import degrade
from pipeline.pairs.derive import Array, derived
from pipeline.pairs.drawing import place_of
from pipeline.pairs.reading import PairSet, Window, lr_plane, patch_of


@dataclass(frozen=True)
class Anew:
    """Makes the LR patches of samples, in place of the stored ones, which it does not look at.

    A patch is degraded with ``margin`` LR pixels around it, which are cut off then: what a blur, a resize or a block of
    JPEG takes from beyond a patch is there, as in a whole image. Where the image ends the patch lies nearer to the
    edge, and the margin is the wider on the other side. Of a scale that is no whole number there is no margin: patches
    of HR are reduced as they are, as LIIF's authors do.

    Args:
        pairs: the images.
        chain: what degrades them.
        margin: LR pixels on each side.
        stream: what the stream of samples depends on; the chance of a sample's degradation comes from this and its
            number alone.
    """

    pairs: PairSet
    chain: Link
    margin: int
    stream: tuple[int | str, ...]

    def patches(self, picks: Sequence[Pick]) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the fields of each of ``picks``, degraded in several threads.

        Raises:
            DataError: when the chain cannot run on such a patch.
        """
        facts = self.pairs.facts
        source = "hr" if lr_plane(facts.rounding) == "lr" else "hr_y"
        around = [self._around(pick) for pick in picks]
        cut = (self.pairs.field(pick.entry, source, wide) for pick, wide in zip(picks, around, strict=True))
        keys = [(*self.stream, pick.number, "degrade") for pick in picks]
        try:
            made = degrade(self.chain, [to_float(image) for image in cut], keys, [wide[2:] for wide in around])
        except PipelineError as error:
            raise DataError(
                f"{place_of(facts.benchmark)}: cannot run on a patch with its margin: {error}; choose another "
                "`patch` or `margin`, or say `degrade: stored`"
            ) from None
        for pick, wide, (lr, _) in zip(picks, around, made, strict=True):
            yield self._fields(pick, wide, to_uint8(lr) if source == "hr" else lr)

    def _around(self, pick: Pick) -> Window:
        """Return the window of ``pick`` with its margin, moved into the image, or the whole of a small image."""
        window, grid = pick.window, self.pairs.grid(pick.entry)
        height, width = (min(window.height + 2 * self.margin, side) for side in grid)
        top = min(max(window.top - self.margin, 0), grid[0] - height)
        left = min(max(window.left - self.margin, 0), grid[1] - width)
        return Window(top, left, height, width)

    def _fields(self, pick: Pick, wide: Window, lr: Array) -> dict[str, NDArray[Any]]:
        """Return the fields of ``pick``: those of LR from ``lr``, which fills ``wide``, and the others as stored."""
        top, left, height, width = pick.window
        inner = Window(top - wide.top, left - wide.left, height, width)
        made, scale = {}, self.pairs.scale_of(pick.entry)
        for field in pick.fields:
            how = derived(field, {lr_plane(self.pairs.facts.rounding): lr})
            if how is None:
                made[field] = self.pairs.field(pick.entry, field, pick.window)
            else:
                made[field] = patch_of(lr, how, inner, (wide.height, wide.width), scale)
        return made
