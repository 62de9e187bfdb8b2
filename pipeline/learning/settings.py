"""The ``engine`` block of params.yaml."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Engine:
    """How the arithmetic of training and of enlarging is done; scores are always computed in fp32.

    Args:
        precision: ``bf16`` runs the forward pass under autocast, with channels last; weights and optimizers stay in
            fp32. ``auto``: bf16 where the processor or GPU computes in it.
        compile: ``on`` compiles the network in place, which costs up to a minute. ``auto``: for training, where that is
            possible; pictures are enlarged in less time than that. ``graphs``: compiled, and replayed as CUDA graphs,
            which pays for small networks on a GPU.
    """

    precision: Literal["auto", "fp32", "bf16"]
    compile: Literal["auto", "on", "off", "graphs"]


EXACT = Engine("fp32", "off")
"""What scores are computed in."""
