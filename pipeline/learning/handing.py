"""Handing a network the fields it reads, and taking what it returns as fields."""

from __future__ import annotations

from torch import Tensor

from pipeline.fields import needs, pick
from pipeline.kinds import Fields, Network


class Handing:
    """Calls ``network`` on a batch; what it reads is learnt once, from the bare network.

    Args:
        network: the network; it returns a tensor (``gives``) or a dict of named fields.
        gives: the name of a bare tensor it returns.
    """

    def __init__(self, network: Network, gives: str = "sr") -> None:
        self.network = network
        self.gives = gives
        self.reads = needs(network.forward)

    def __call__(self, batch: Fields) -> Fields:
        """Return the fields that the network makes of ``batch``."""
        output = self.network(**pick(self.reads, batch, type(self.network).__name__))
        return {self.gives: output} if isinstance(output, Tensor) else dict(output)


def scale_of(network: Network) -> int:
    """Return HR pixels per LR pixel of ``network``."""
    scale = network.scale
    assert isinstance(scale, int), f"{type(network).__name__} keeps its scale as a whole number"
    return scale
