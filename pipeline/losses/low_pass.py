"""The colour loss of frequency separation: absolute error between local means, blind to texture.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019, arXiv:1911.07850.
"""

from torch import Tensor, nn

from pipeline.blocks.frequencies import low_pass
from pipeline.blocks.reduction import reduced_to
from pipeline.bounds import Odd
from pipeline.errors import LearningError

__all__ = ["LowPass"]


class LowPass(nn.Module):
    """The mean absolute difference of the means over ``size`` x ``size`` pixels, where they lie wholly in the image.

    The truth may be a whole factor larger, and is then reduced by MATLAB's bicubic: DSGAN compares the LR image that it
    has made with the bicubic one, ``fields: {sr: lr_made}``.

    Args:
        size: height and width of a mean, in pixels of the image (DSGAN: 5).
    """

    def __init__(self, size: Odd = 5) -> None:
        super().__init__()
        self.size = size

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (B, 3, H, W) of at least ``size`` pixels and ``hr``, both in [0, 1].

        Raises:
            LearningError: no mean lies in the image.
        """
        height, width = sr.shape[-2:]
        if min(height, width) < self.size:
            raise LearningError(
                f"low_pass: a mean over {self.size}x{self.size} pixels does not fit into patches of {height}x{width}; "
                "enlarge `patch`, or lower `size`"
            )
        edge = self.size // 2
        difference = low_pass(sr - reduced_to(hr, sr), self.size)
        return difference[..., edge : height - edge, edge : width - edge].abs().mean()
