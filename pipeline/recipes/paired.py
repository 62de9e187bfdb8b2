"""Learning from pairs: the network restores LR, the losses compare with HR."""

from __future__ import annotations

import torch

from pipeline.bounds import Filled, NotNegative
from pipeline.kinds import Fields, Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing
from pipeline.learning.objective import Objective
from pipeline.learning.recipe import Descent, Scalars

__all__ = ["Paired"]


class Paired(Descent):
    """Supervised learning, for every network that maps fields of a batch to its restoration.

    Args:
        network: maps LR to SR.
        losses: what is minimised, by name.
        optimizer: moves the weights.
        schedule: the factor of the learning rate over progress.
        paces: multiples of the learning rate for parameters whose names begin so.
    """

    def __init__(
        self,
        network: Supplied[Network],
        losses: Filled[dict[str, Weighted[Loss]]],
        optimizer: Optimizer,
        schedule: Schedule,
        paces: dict[str, NotNegative] | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.objective = Objective(losses)
        self.schedule = schedule
        self.optimizers = {"network": over(optimizer, network, paces or {})}
        self.hand = Handing(network)

    @property
    def reads(self) -> set[str]:
        """What the network reads, and the truths that the losses read."""
        return {*self.hand.reads, *self.objective.reads} - {"sr", "sr_y"}

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Run the network."""
        return self.hand(batch)

    def losses(self, batch: Fields) -> Scalars:
        """Compare what the network makes of ``batch`` with the truth."""
        return self.objective.of({**batch, **self.hand(batch)})
