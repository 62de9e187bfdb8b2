"""Colours exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.bounds import Share
from pipeline.kinds import Augmentation, Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["Channels"]


class Channels(Augmentation):
    """Puts red, green and blue into another order, the same for all fields, so that no colour is learnt by heart.

    Args:
        chance: how often; each of the six orders is as likely then, the usual one among them.
    """

    def __init__(self, chance: Share = 1.0) -> None:
        self.chance = chance

    def barred(self, fields: Iterable[str]) -> list[str]:
        """Return the fields of luma, which was made of the colours in their usual order."""
        return [field for field in fields if field.endswith("_y")]

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Decide the order."""
        shuffled = rng.random() < self.chance
        return {"order": [int(each) for each in rng.permutation(3)] if shuffled else [0, 1, 2]}

    def apply(self, patches: Mapping[str, NDArray[Any]], drawn: Drawn) -> dict[str, NDArray[Any]]:
        """Put the channels into order; a patch of one channel stays."""
        order = drawn["order"]
        return {
            field: patch if patch.shape[-1] == 1 else np.take(patch, order, axis=-1) for field, patch in patches.items()
        }
