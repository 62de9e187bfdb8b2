"""The relativistic average game, as ESRGAN plays it.

Jolicoeur-Martineau, "The relativistic discriminator: a key element missing from standard GAN", ICLR 2019,
arXiv:1807.00734, section 4.2; Wang et al. (ESRGAN), ECCV Workshops 2018, arXiv:1809.00219, equations 1 and 2.
"""

from typing import ClassVar

from torch import Tensor
from torch.nn.functional import softplus

from pipeline.kinds import Game

__all__ = ["Relativistic"]


class Relativistic(Game):
    """A critic tells whether the real looks more real than the mean fake, and the fake less than the mean real.

    Both losses are half the sum that the papers print, as in ESRGAN's code, to which its weight 5e-3 belongs. The
    critic's gradient passes through both means, as the equations and ESRGAN's first release have it; BasicSR's later
    code takes the means as constants.
    """

    relative: ClassVar[bool] = True

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -(E log s(real - E fake) + E log(1 - s(fake - E real))) / 2, s being the logistic function."""
        return (softplus(fake.mean() - real).mean() + softplus(fake - real.mean()).mean()) / 2

    def player(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the same with real and fake exchanged; no gradient comes from ``real``, which no player has made."""
        return self.critic(fake, real)
