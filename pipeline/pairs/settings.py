"""An entry of ``pairs`` in params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    from pipeline.bounds import Filled, OneAtLeast
    from pipeline.kinds import Described, Link
    from pipeline.pairs.scales import Between

Rounding: TypeAlias = Literal["uint8", "none"]


@dataclass(frozen=True)
class Pairs:
    """How LR images are made from a source's HR images.

    Args:
        source: the entry of ``sources``.
        scale: HR pixels per LR pixel, 1 or more; HR is cropped to a whole number of LR pixels first. Of a list or a
            range each image gets one that is drawn; a training with ``degrade: anew`` draws one for each batch.
        learner: the model whose network a ``learned`` link uses, or ``scratch``.
        rounding: ``uint8``: RGB, rounded to 8 bits; ``none``: luma in floating point from the rounded HR luma,
            never rounded, as the papers of luma networks made it.
        degradation: the chain of links, or ``given`` for the source's own LR.
    """

    source: str
    scale: OneAtLeast | Filled[list[OneAtLeast]] | Between
    learner: str
    rounding: Literal["uint8", "none"]
    degradation: Literal["given"] | Filled[list[Described[Link]]]

    def __post_init__(self) -> None:
        if self.degradation == "given" and self.rounding == "none":
            raise ParamsError("rounding: given LR images are uint8; `none` needs a chain of links")
        if self.degradation == "given" and not isinstance(self.scale, int | float):
            raise ParamsError("scale: given LR images have one; several need a chain of links")
