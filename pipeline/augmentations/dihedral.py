"""Flips and quarter turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.images.turning import turned
from pipeline.kinds import Augmentation, Drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Dihedral"]


class Dihedral(Augmentation):
    """Lays patches in one of the eight ways that a square can lie, each as likely; all fields in the same way."""

    def draw(self, rng: np.random.Generator) -> Drawn:
        """Decide the way."""
        return {"turn": int(rng.integers(8))}

    def apply(self, patches: Mapping[str, NDArray[Any]], drawn: Drawn) -> dict[str, NDArray[Any]]:
        """Turn every patch."""
        return {field: turned(patch, drawn["turn"]) for field, patch in patches.items()}
