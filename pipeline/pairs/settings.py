"""An entry of ``pairs`` in params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    from pipeline.bounds import Filled, OneOrMore
    from pipeline.kinds import Described, Link

Rounding: TypeAlias = Literal["uint8", "none"]


@dataclass(frozen=True)
class Pairs:
    """How LR images are made from a source's HR images.

    Args:
        source: the entry of ``sources``.
        scale: HR pixels per LR pixel; HR is cropped to a multiple of it first.
        learner: the model whose network a ``learned`` link uses, or ``scratch``.
        rounding: ``uint8``: RGB, rounded to 8 bits; ``none``: luma in floating point from the rounded HR luma,
            never rounded, as the papers of luma networks made it.
        degradation: the chain of links, or ``given`` for the source's own LR.
    """

    source: str
    scale: OneOrMore
    learner: str
    rounding: Literal["uint8", "none"]
    degradation: Literal["given"] | Filled[list[Described[Link]]]

    def __post_init__(self) -> None:
        if self.degradation == "given" and self.rounding == "none":
            raise ParamsError("rounding: given LR images are uint8; `none` needs a chain of links")
