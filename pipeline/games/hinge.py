"""The hinge game, of critics with spectral normalisation.

Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR 2018, arXiv:1802.05957, equations 16
and 17; for super-resolution: Bulat, Yang, Tzimiropoulos, ECCV 2018, arXiv:1807.11458, section 3.
"""

from torch import Tensor
from torch.nn.functional import relu

from pipeline.kinds import Game

__all__ = ["Hinge"]


class Hinge(Game):
    """A critic pushes the real above 1 and the fake below -1, and cares no more for what is there already."""

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return E max(0, 1 - real) + E max(0, 1 + fake)."""
        return relu(1 - real).mean() + relu(1 + fake).mean()

    def player(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -E fake."""
        return -fake.mean()
