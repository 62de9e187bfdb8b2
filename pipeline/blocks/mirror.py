"""Images lengthened to a size that a network can halve."""

from __future__ import annotations

import torch
from torch import Tensor


def mirrored_to(image: Tensor, multiple: int) -> Tensor:
    """Lengthen ``image`` (..., H, W) below and on the right until both sides are multiples of ``multiple`` pixels.

    What is added is the image mirrored at its edge, the last line first, as often as it takes: any size can be had. So
    the last pair of an odd line is twice the same pixel, of which the Haar transform sees no difference. That is the
    mode ``symmetric`` of PyWavelets, and MATLAB's.
    """
    for axis in (-2, -1):
        length = image.shape[axis]
        if length % multiple:
            lines = torch.arange(-(-length // multiple) * multiple, device=image.device) % (2 * length)
            image = image.index_select(axis, torch.minimum(lines, 2 * length - 1 - lines))
    return image
