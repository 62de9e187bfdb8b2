"""Nothing to learn: a network without weights (interpolation), or one whose weights stay as they are."""

from __future__ import annotations

import torch

from pipeline.kinds import Fields, Network, Supplied
from pipeline.learning.handing import Handing
from pipeline.learning.recipe import Recipe

__all__ = ["Fixed"]


class Fixed(Recipe):
    """Restores with the network as it is.

    Args:
        network: maps LR to SR.
    """

    def __init__(self, network: Supplied[Network]) -> None:
        super().__init__()
        self.network = network
        self.hand = Handing(network)

    @property
    def reads(self) -> set[str]:
        """Nothing: there is no step."""
        return set()

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Run the network."""
        return self.hand(batch)
