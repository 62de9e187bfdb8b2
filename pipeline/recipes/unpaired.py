"""Learning without pairs: LR and HR images of different scenes, a restoring and a degrading network.

The cycle of Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", ICCV 2017,
section 3.2: what one network makes, the other must undo.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from pipeline.bounds import Filled
from pipeline.kinds import Fields, Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing
from pipeline.learning.objective import Objective
from pipeline.learning.recipe import Descent, Scalars

__all__ = ["Unpaired"]


class Unpaired(Descent):
    """Cycle-consistent learning of both directions.

    The losses may read ``lr``, ``hr``, ``sr`` (lr restored), ``lr_made`` (hr degraded), ``lr_cycle`` (sr degraded)
    and ``hr_cycle`` (lr_made restored).

    Args:
        network: maps LR to SR; reads ``lr``.
        degrader: maps HR to LR; reads ``hr``.
        losses: what is minimised, by name.
        optimizer: moves the weights of both networks.
        schedule: the factor of the learning rate over progress.
    """

    keeps: ClassVar[tuple[str, ...]] = ("network", "degrader")

    def __init__(
        self,
        network: Supplied[Network],
        degrader: Network,
        losses: Filled[dict[str, Weighted[Loss]]],
        optimizer: Optimizer,
        schedule: Schedule,
    ) -> None:
        super().__init__()
        self.network = network
        self.degrader = degrader
        self.objective = Objective(losses)
        self.schedule = schedule
        both = nn.ModuleDict({"network": network, "degrader": degrader})
        self.optimizers = {"both": over(optimizer, both, {})}
        self.upwards = Handing(network)
        self.downwards = Handing(degrader, gives="lr")

    @property
    def reads(self) -> set[str]:
        """Images of both sides."""
        return {"lr", "hr"}

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Run the restoring network."""
        return self.upwards(batch)

    def losses(self, batch: Fields) -> Scalars:
        """Go both ways round the cycle."""
        sr = self.upwards({"lr": batch["lr"]})["sr"]
        lr_made = self.downwards({"hr": batch["hr"]})["lr"]
        made = {
            "sr": sr,
            "lr_made": lr_made,
            "lr_cycle": self.downwards({"hr": sr})["lr"],
            "hr_cycle": self.upwards({"lr": lr_made})["sr"],
        }
        return self.objective.of({**batch, **made})
