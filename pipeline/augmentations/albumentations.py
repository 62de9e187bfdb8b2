"""A policy of the library albumentations: changes of colour, noise, blur, compression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipeline.bounds import Filled
from pipeline.images.policies import SEEDS, Policy
from pipeline.kinds import Augmentation, Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["Albumentations"]

ABLE = ("lr", "hr")
PLACES = ("scale", "coord", "cell", "hr_at")
"""Numbers and places, which no change of pixels concerns, and pixels drawn of HR when it is changed already."""


class Albumentations(Augmentation):
    """Runs transforms of albumentations on uint8 patches, one after the other.

    Of LR and HR each goes through with the same chance: what changes colours changes both alike, and what draws a
    value per pixel draws for each size anew. Transforms that move pixels would part LR from HR; they are refused.

    Args:
        transforms: the library's names with their options, as in ``RandomGamma: {p: 0.5}``; ``OneOf``, ``SomeOf`` and
            ``Sequential`` take a list ``transforms`` of such.
        to: ``both``, or ``lr`` for what the network is to undo.
    """

    def __init__(self, transforms: Filled[list[dict[str, dict[str, Any]]]], to: Literal["both", "lr"] = "both") -> None:
        self.to = ABLE if to == "both" else ("lr",)
        self.policy = Policy(transforms, "albumentations")

    def barred(self, fields: Iterable[str]) -> list[str]:
        """Return the fields that the policy would have to reach, and cannot: those made of LR or HR."""
        made = [field for field in fields if field not in (*ABLE, "ref", *PLACES)]
        return made if self.to == ABLE else [field for field in made if not field.startswith("hr")]

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Decide the seed of the library's own chance."""
        return {"seed": int(rng.integers(SEEDS))}

    def apply(self, patches: Mapping[str, NDArray[Any]], drawn: Drawn) -> dict[str, NDArray[Any]]:
        """Run the policy on the patches that it is for, a grey one as three equal channels."""
        return {
            field: self._changed(patch, drawn["seed"]) if field in self.to else patch
            for field, patch in patches.items()
        }

    def _changed(self, patch: NDArray[Any], seed: int) -> NDArray[Any]:
        if patch.ndim > 3:
            return np.stack([self._changed(frame, seed) for frame in patch])
        colours = np.ascontiguousarray(np.broadcast_to(patch, (*patch.shape[:2], 3)))
        return self.policy.changed(colours, seed)
