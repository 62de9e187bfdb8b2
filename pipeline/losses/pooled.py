"""What a degrading network must keep of HR: the means of the pixels that become one.

Bulat, Yang, Tzimiropoulos, "To learn image super-resolution, use a GAN to learn how to do image degradation first",
ECCV 2018, arXiv:1807.11458.
"""

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

__all__ = ["Pooled"]


class Pooled(nn.Module):
    """The mean squared error between the LR image that was made and HR averaged over as many pixels as become one.

    The paper's images are in [-1, 1], where errors are twice as large: its weight of 1 is a weight of 4 here.
    """

    def forward(self, lr_made: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``lr_made`` (B, 3, h, w) and ``hr`` (B, 3, h * n, w * n), n whole, in [0, 1]."""
        return (lr_made - avg_pool2d(hr, hr.shape[-1] // lr_made.shape[-1])).square().mean()
