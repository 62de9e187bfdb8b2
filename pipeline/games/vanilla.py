"""The first game of this kind, in the form that does not saturate.

Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, arXiv:1406.2661, section 3; for super-resolution:
Ledig et al. (SRGAN), CVPR 2017, arXiv:1609.04802, equations 2 and 6.
"""

from torch import Tensor
from torch.nn.functional import softplus

from pipeline.kinds import Game

__all__ = ["Vanilla"]


class Vanilla(Game):
    """A critic tells real from fake by the logistic loss; its outputs are logits, with no sigmoid in the network."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -E log s(real) - E log(1 - s(fake)), s being the logistic function."""
        return softplus(-real).mean() + softplus(fake).mean()

    def player(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -E log s(fake)."""
        return softplus(-fake).mean()
