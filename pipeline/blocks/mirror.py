"""Lines beyond the edge of an image: those inside, mirrored at it, the last one first, as often as it takes.

So do MATLAB's ``imresize`` and PyWavelets' mode ``symmetric``.
"""

from __future__ import annotations

import torch
from torch import Tensor


def mirrored(image: Tensor, axis: int, before: int, after: int) -> Tensor:
    """Return ``image`` with lines ``before`` and ``after`` its own along ``axis``.

    >>> mirrored(torch.tensor([1, 2, 3]), 0, 2, 4)
    tensor([2, 1, 1, 2, 3, 3, 2, 1, 1])
    """
    length = image.shape[axis]
    lines = torch.arange(-before, length + after, device=image.device) % (2 * length)
    return image.index_select(axis, torch.minimum(lines, 2 * length - 1 - lines))


def mirrored_to(image: Tensor, multiple: int) -> Tensor:
    """Lengthen ``image`` (..., H, W) below and on the right until both sides are multiples of ``multiple`` pixels.

    Any size can be had. The last pair of an odd line is then twice the same pixel, of which the Haar transform sees no
    difference.
    """
    for axis in (-2, -1):
        missing = -image.shape[axis] % multiple
        if missing:
            image = mirrored(image, axis, 0, missing)
    return image
