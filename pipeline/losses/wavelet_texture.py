"""The texture loss of wavelets: packets must not have less energy than those of the truth.

Huang, He, Sun, Tan, "Wavelet-SRNet: A Wavelet-Based CNN for Multi-Scale Face Super Resolution", ICCV 2017, equation 9,
with the factor of the authors' code.
"""

from torch import Tensor, nn

from pipeline.blocks.haar import packets
from pipeline.bounds import OneOrMore, Positive

__all__ = ["WaveletTexture"]


class WaveletTexture(nn.Module):
    """The mean of what ``factor`` times the true energy exceeds the restored one, over all packets but the lowest.

    The energy of a packet at a place is the sum of its squares over the channels. Squared error alone makes it too
    small: an image that is blurred loses least.

    Args:
        levels: transforms one behind the other.
        factor: the paper's alpha (code: 1.2).
    """

    def __init__(self, levels: OneOrMore, factor: Positive = 1.2) -> None:
        super().__init__()
        self.levels = levels
        self.factor = factor

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for two tensors (B, C, H, W) in [0, 1], H and W multiples of 2**levels.

        Raises:
            LearningError: the sides are no such multiples.
        """
        return (self.factor * self._energy(hr) - self._energy(sr)).relu().mean()

    def _energy(self, image: Tensor) -> Tensor:
        """Return the energy (B, 4**levels - 1, h, w) of each packet but the lowest."""
        squares = packets(image, self.levels).square()
        by_packet = squares.reshape(len(squares), -1, image.shape[1], *squares.shape[-2:])
        return by_packet.sum(2)[:, 1:]
