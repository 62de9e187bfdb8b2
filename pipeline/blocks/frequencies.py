"""Low and high frequencies of images.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019, arXiv:1911.07850.
"""

from torch import Tensor
from torch.nn.functional import avg_pool2d


def low_pass(image: Tensor, size: int = 5) -> Tensor:
    """Return the mean of the ``size`` x ``size`` pixels around each of ``image`` (B, C, H, W); at the edge of fewer."""
    return avg_pool2d(image, size, stride=1, padding=size // 2, count_include_pad=False)


def high_pass(image: Tensor, size: int = 5) -> Tensor:
    """Return what ``low_pass`` takes away from ``image`` (B, C, H, W), in [-1, 1]."""
    return image - low_pass(image, size)
