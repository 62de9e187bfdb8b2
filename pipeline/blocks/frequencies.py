"""Low and high frequencies of images, apart.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCV Workshops 2019, arXiv:1911.07850,
section 3: the mean over a small window is the low part, what is left the high one.
"""

from torch import Tensor
from torch.nn.functional import avg_pool2d


def low_pass(image: Tensor, size: int = 5) -> Tensor:
    """Return the mean of each pixel's ``size`` x ``size`` surroundings; beyond the edge nothing counts.

    Args:
        image: (B, C, H, W).
        size: side of the window in pixels, odd (paper: 5).
    """
    assert size % 2 == 1, f"a window of {size} pixels has no middle"
    return avg_pool2d(image, size, stride=1, padding=size // 2, count_include_pad=False)


def high_pass(image: Tensor, size: int = 5) -> Tensor:
    """Return ``image`` (B, C, H, W) without its low part: of an image in [0, 1] values in [-1, 1] around 0."""
    return image - low_pass(image, size)
