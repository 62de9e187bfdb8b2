"""Learning from pairs: the network restores LR, the losses compare with HR."""

from __future__ import annotations

from pipeline.bounds import Filled, NotNegative
from pipeline.kinds import Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.descent import Descent
from pipeline.learning.groups import over

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
        moved = {"network": over(optimizer, network, paces or {})}
        super().__init__(network, moved, losses, schedule, rivals={}, turns=1)
