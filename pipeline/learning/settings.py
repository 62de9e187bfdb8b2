"""The ``engine`` block of params.yaml."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Engine:
    """How the arithmetic of training is done.

    Args:
        precision: the number format of the forward pass.
        compile: whether the network is compiled in place.
    """

    precision: Literal["fp32"]
    compile: Literal["off"]
