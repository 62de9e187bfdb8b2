"""Squared error of wavelet packets, the lowest weighed apart.

Huang, He, Sun, Tan, "Wavelet-SRNet: A Wavelet-Based CNN for Multi-Scale Face Super Resolution", ICCV 2017, equation 8,
with the weights of the authors' code.
"""

from torch import Tensor, nn

from pipeline.blocks.haar import packets
from pipeline.bounds import NotNegative, OneOrMore

__all__ = ["Wavelet"]


class Wavelet(nn.Module):
    """``low`` times the mean squared error of the lowest packet, and ``high`` times that of all others.

    The packets are orthonormal Haar: of an image in [0, 1] the lowest is in [0, 2**levels].

    Args:
        levels: transforms one behind the other; the paper's are as many as HR has doublings of LR.
        low: weight of the lowest packet (code: 0.01).
        high: weight of the others (code: 0.99).
    """

    def __init__(self, levels: OneOrMore, low: NotNegative = 0.01, high: NotNegative = 0.99) -> None:
        super().__init__()
        self.levels = levels
        self.low = low
        self.high = high

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for two tensors (B, C, H, W) in [0, 1], H and W multiples of 2**levels.

        Raises:
            LearningError: the sides are no such multiples.
        """
        channels = sr.shape[1]
        errors = packets(sr - hr, self.levels).square()
        return self.low * errors[:, :channels].mean() + self.high * errors[:, channels:].mean()
