"""Learning without pairs: LR and HR images of different scenes, a restoring and a degrading network.

The cycle of Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", ICCV 2017,
arXiv:1703.10593, section 3: what one network makes, the other must undo, and critics must not tell it from the real.
Without the cycle it is the learning of degradations: Bulat et al., ECCV 2018, arXiv:1807.11458 (the network learns from
what the degrader makes), DSGAN, ICCV Workshops 2019, arXiv:1911.07850, and KernelGAN, NeurIPS 2019, arXiv:1909.06581
(the degrader learns alone, beside a network without weights).
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from pipeline.bounds import Filled, OneOrMore
from pipeline.errors import LearningError
from pipeline.fields import RESTORED, pick
from pipeline.kinds import Fields, Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.descent import Descent
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing
from pipeline.learning.rival import Rival

__all__ = ["Unpaired"]

DEGRADED = {"lr_made", "kernel"}
CYCLED = {"lr_cycle", "hr_cycle"}


class Unpaired(Descent):
    """Learning of both directions.

    Losses and rivals may read ``lr``, ``hr``, ``sr`` (lr restored), ``lr_made`` (hr degraded), ``lr_cycle`` (sr
    degraded), ``hr_cycle`` (lr_made restored), and ``kernel`` where the degrader returns one beside its ``lr``. What
    nobody reads is not made.

    Args:
        network: maps LR to SR; reads ``lr`` where ``hr_cycle`` is read; it may have no weights.
        degrader: maps HR to LR; reads ``hr``.
        losses: what both minimise, by name.
        rivals: the critics, by name; none for a cycle alone.
        optimizer: moves the weights of both networks.
        schedule: the factor of every learning rate over progress.
        turns: steps of the critics, each with a batch of its own, in a step of the networks (Bulat et al.: 5,
            unverified).
        through: ``both``: what is lost in a cycle teaches both networks; ``last``: only the one that closed it, the
            image between them being taken as data.
    """

    keeps = ("network", "degrader")

    def __init__(
        self,
        network: Supplied[Network],
        degrader: Network,
        losses: Filled[dict[str, Weighted[Loss]]],
        rivals: dict[str, Rival],
        optimizer: Optimizer,
        schedule: Schedule,
        turns: OneOrMore = 1,
        through: Literal["both", "last"] = "both",
    ) -> None:
        both = nn.ModuleDict({"network": network, "degrader": degrader})
        super().__init__(network, {"both": over(optimizer, both, {})}, losses, schedule, rivals, turns)
        self.degrader = degrader
        self.downwards = Handing(degrader, gives="lr")
        self.through = through
        both_ways = through == "both"
        self._require_use("network", network, RESTORED | (CYCLED if both_ways else {"hr_cycle"}))
        self._require_use("degrader", degrader, DEGRADED | (CYCLED if both_ways else {"lr_cycle"}))

    @property
    def reads(self) -> set[str]:
        """What losses and critics read, and what that is made of."""
        restored = self.hand.reads if self.judged & (RESTORED | {"lr_cycle"}) else ()
        degraded = self.downwards.reads if self.judged & (DEGRADED | {"hr_cycle"}) else ()
        return {*self.judged, *restored, *degraded} - RESTORED - DEGRADED - CYCLED

    def made(self, batch: Fields) -> Fields:
        """Return ``batch`` with those images on the way round the cycle that somebody reads."""
        made, wanted = dict(batch), self.judged
        if wanted & (RESTORED | {"lr_cycle"}):
            made |= self.hand(batch)
        if wanted & (DEGRADED | {"hr_cycle"}):
            degraded = self.downwards(batch)
            made |= {"lr_made" if name == "lr" else name: field for name, field in degraded.items()}
        if "lr_cycle" in wanted:
            made["lr_cycle"] = self.downwards({"hr": self._between("sr", made)})["lr"]
        if "hr_cycle" in wanted:
            made["hr_cycle"] = pick(("sr",), self.hand({"lr": self._between("lr_made", made)}), "hr_cycle")["sr"]
        return made

    def _between(self, field: str, made: Fields) -> Tensor:
        image = pick((field,), made, "the way back")[field]
        return image.detach() if self.through == "last" else image

    def _require_use(self, player: str, network: Network, makes: set[str]) -> None:
        if any(True for _ in network.parameters()) and not self.judged & makes:
            wanted = ", ".join(f"`{field}`" for field in sorted(makes))
            raise LearningError(f"{player}: has weights, but no loss and no rival reads what it makes: {wanted}")
