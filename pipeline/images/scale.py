"""Sizes on both sides of a scale, which is any number from 1 on: HR pixels per LR pixel.

An image of H pixels has floor(H / scale) LR pixels, and of these come round(LR * scale) HR pixels, to which it is
cropped first: the protocol of LIIF (Chen, Liu, Wang, CVPR 2021, arXiv:2012.09161). By a whole scale that is the papers'
modcrop.
"""

import math

Size = tuple[int, int]

_BELOW = 1e-9
"""What a quotient may lie below a whole number and still be that number."""


def low(size: Size, scale: float) -> Size:
    """Return height and width of LR of an HR image of ``size``.

    >>> low((13, 15), 2.5)
    (5, 6)
    """
    height, width = (math.floor(side / scale + _BELOW) for side in size)
    return height, width


def high(size: Size, scale: float) -> Size:
    """Return height and width of HR of an LR image of ``size``.

    >>> high((5, 6), 2.5)
    (12, 15)
    """
    height, width = (round(side * scale) for side in size)
    return height, width


def along(begin: int, length: int, scale: float) -> slice:
    """Return the HR pixels of ``length`` LR pixels from ``begin`` on: where that is no whole number, one before.

    >>> along(2, 3, 2), along(1, 2, 2.5)
    (slice(4, 10, None), slice(2, 7, None))
    """
    first = math.floor(begin * scale + _BELOW)  # so that the last pixel lies inside the image
    return slice(first, first + round(length * scale))


def border(scale: float) -> int:
    """Return how many HR pixels a protocol of ``scale`` leaves out at each side: those of an LR pixel, rounded up."""
    return math.ceil(scale)
