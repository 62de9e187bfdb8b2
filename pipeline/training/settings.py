"""The ``training`` block of a model in params.yaml: all that learning reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    from pipeline.kinds import Described, Network, Recipe


@dataclass(frozen=True)
class Training:
    """How one model learns.

    Args:
        network: the network that maps LR to SR.
        recipe: how it learns.
        steps: learning steps; 0 for a recipe that does not learn.
        batch: samples in a step, over all devices.
        patch: height and width of a patch, in LR pixels.
        augment: ``dihedral``: the eight flips and rotations, the same for LR and HR.
        average: decay per step of the running average of the weights that is saved, or None for the last weights.
        validate: how many images, the last of the pairs, are held out for the validation loss.
        report_every: steps between two rows of the curve.
        checkpoint_every: steps between two checkpoints.
    """

    network: Described[Network]
    recipe: Described[Recipe]
    steps: int
    batch: int = 16
    patch: int = 48
    augment: Literal["none", "dihedral"] = "dihedral"
    average: float | None = None
    validate: int = 0
    report_every: int = 100
    checkpoint_every: int = 1000

    def __post_init__(self) -> None:
        for name, least in [("steps", 0), ("batch", 1), ("patch", 1), ("validate", 0)]:
            if getattr(self, name) < least:
                raise ParamsError(f"{name}: must be at least {least}, not {getattr(self, name)}")
        for name in ("report_every", "checkpoint_every"):
            if getattr(self, name) < 1:
                raise ParamsError(f"{name}: must be at least 1, not {getattr(self, name)}")
        if self.average is not None and not 0 < self.average < 1:
            raise ParamsError(f"average: must lie between 0 and 1, not {self.average}")
