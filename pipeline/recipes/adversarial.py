"""Learning from pairs against critics: the network must please the losses and deceive the critics.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
arXiv:1609.04802, section 2; so also ESRGAN (arXiv:1809.00219), which begins with the weights of a model without critics
(`start`).
"""

from __future__ import annotations

from pipeline.bounds import Filled, NotNegative, OneOrMore
from pipeline.kinds import Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.descent import Descent
from pipeline.learning.groups import over
from pipeline.learning.rival import Rival

__all__ = ["Adversarial"]


class Adversarial(Descent):
    """Supervised learning beside critics that learn to tell what the network makes from the truth.

    Args:
        network: maps LR to SR.
        losses: what is minimised, by name.
        rivals: the critics, by name.
        optimizer: moves the network's weights.
        schedule: the factor of every learning rate over progress.
        paces: multiples of the learning rate for parameters of the network whose names begin so.
        turns: steps of the critics, each with a batch of its own, in a step of the network (SRGAN, ESRGAN: 1).
    """

    def __init__(
        self,
        network: Supplied[Network],
        losses: Filled[dict[str, Weighted[Loss]]],
        rivals: Filled[dict[str, Rival]],
        optimizer: Optimizer,
        schedule: Schedule,
        paces: dict[str, NotNegative] | None = None,
        turns: OneOrMore = 1,
    ) -> None:
        moved = {"network": over(optimizer, network, paces or {})}
        super().__init__(network, moved, losses, schedule, rivals, turns)
