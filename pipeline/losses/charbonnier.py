"""Charbonnier's loss: absolute error, rounded off where it is small.

Lai, Huang, Ahuja, Yang, "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017,
arXiv:1704.03915; there it is summed over the pixels of an image, here it is their mean.
"""

from torch import Tensor, nn

from pipeline.bounds import Positive

__all__ = ["Charbonnier"]


class Charbonnier(nn.Module):
    """The mean of sqrt((sr - hr) squared + eps squared) over all pixels and channels: never below ``eps``.

    Args:
        eps: the error, of a range of 1, below which the loss is round (paper: 0.001).
    """

    pixelwise = True

    def __init__(self, eps: Positive = 1e-3) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (B, C, H, W) and ``hr`` of as many channels, or of one for all, in [0, 1]."""
        return ((sr - hr).square() + self.eps**2).sqrt().mean()
