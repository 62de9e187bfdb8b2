"""The ``training`` block of a model in params.yaml: all that learning reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.bounds import Decay, Filled, OneOrMore, WeightsFile, ZeroOrMore
    from pipeline.kinds import Augmentation, Bare, Described, Layout, Network, Recipe


@dataclass(frozen=True)
class Start:
    """Weights that others have learnt.

    Args:
        file: its name in ``own/weights/``.
        layout: how the tensors in it are named.
    """

    file: WeightsFile
    layout: Bare[Layout]


@dataclass(frozen=True)
class Training:
    """How one model learns.

    Args:
        network: the network that maps LR to SR.
        recipe: how it learns.
        start: the file of others whose weights the network begins with; None for its own first ones, or for those of
            the model that the entry starts from.
        steps: learning steps; 0 for a recipe that does not learn.
        batch: samples in a step, over all devices.
        accumulate: equal parts in which a batch is taken, one after the other, where it does not fit the memory.
        patch: height and width of a patch, in LR pixels.
        crops: where patches are cut: at any place alike, ``even``, or as likely as there is detail, ``detailed``.
        degrade: ``stored``: LR as the pairs hold it; ``anew``: their chain runs on every HR patch when it is looked at.
        margin: with ``anew``, LR pixels around a patch that are degraded with it and cut off. Real-ESRGAN's authors
            degrade 400 x 400 pixels at x4 and cut 256 x 256 of them: 18 on each side in the mean.
        augment: ``dihedral``: the eight flips and rotations, the same for LR and HR; or a list of augmentations.
        average: decay per step of the running average of the weights that is saved, or None for the last weights.
        validate: how many images, the last of the pairs, are held out for the validation loss.
        report_every: steps between two rows of the curve.
        checkpoint_every: steps between two checkpoints.
    """

    network: Described[Network]
    recipe: Described[Recipe]
    steps: ZeroOrMore
    start: Start | None = None
    batch: OneOrMore = 16
    accumulate: OneOrMore = 1
    patch: OneOrMore = 48
    crops: Literal["even", "detailed"] = "even"
    degrade: Literal["stored", "anew"] = "stored"
    margin: ZeroOrMore = 16
    augment: Literal["none", "dihedral"] | Filled[list[Augmentation]] = "dihedral"
    average: Decay | None = None
    validate: ZeroOrMore = 0
    report_every: OneOrMore = 100
    checkpoint_every: OneOrMore = 1000
