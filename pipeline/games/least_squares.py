"""The game of least squares.

Mao et al., "Least Squares Generative Adversarial Networks", ICCV 2017, arXiv:1611.04076, equation 9 with a = 0,
b = c = 1. With absolute distances it is the game of KernelGAN: Bell-Kligler, Shocher, Irani, "Blind Super-Resolution
Kernel Estimation using an Internal-GAN", NeurIPS 2019, arXiv:1909.06581, section 4.
"""

from typing import Literal

from torch import Tensor

from pipeline.kinds import Game

__all__ = ["LeastSquares"]


class LeastSquares(Game):
    """A critic answers 1 to the real and 0 to the fake.

    The critic's two terms are halved, the player's one is not, as in the code of CycleGAN and of KernelGAN; Mao et al.
    halve that too, which is a matter of the rival's weight.

    Args:
        norm: how a distance counts: ``l2`` squared, ``l1`` absolute.
    """

    def __init__(self, norm: Literal["l2", "l1"] = "l2") -> None:
        self.norm = norm

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return half of the mean distances of ``real`` from 1 and of ``fake`` from 0."""
        return (self._distance(real, 1) + self._distance(fake, 0)) / 2

    def player(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean distance of ``fake`` from 1."""
        return self._distance(fake, 1)

    def _distance(self, said: Tensor, wanted: int) -> Tensor:
        apart = said - wanted
        return (apart.square() if self.norm == "l2" else apart.abs()).mean()
