"""Convolutions one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def chain(widths: Sequence[int], kernels: Sequence[int] = ()) -> nn.Sequential:
    """Return convolutions with a ReLU behind each but the last; zeros beyond the edge keep the size.

    Maps (B, widths[0], H, W) to (B, widths[-1], H, W).

    Args:
        widths: feature maps before and after each convolution.
        kernels: sides of their kernels in pixels, odd; all are 3 where nothing is said.
    """
    sizes = kernels or [3] * (len(widths) - 1)
    layers: list[nn.Module] = []
    for (read, made), size in zip(pairwise(widths), sizes, strict=True):
        layers += [nn.Conv2d(read, made, size, padding=size // 2), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
