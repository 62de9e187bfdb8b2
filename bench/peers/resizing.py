"""Resizing as BasicSR does: MATLAB's weights, and a Python loop over the lines of a torch tensor.

Follows the path of ``basicsr/utils/matlab_functions.py`` (XPixelGroup/BasicSR), written anew from what it does. It does
not round between the two passes; ``bicubic`` does, or it would not give MATLAB's pixels of an 8-bit image.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SUPPORT = 4
"""Width of the cubic kernel, in pixels of the coarser grid."""


def bicubic(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Resize uint8 (H, W, C) by ``factor`` on float32 with channels first, rounded after each pass."""
    planes = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float()
    made = _rounded(columns(_rounded(rows(planes, factor)), factor))
    return made.byte().numpy().transpose(1, 2, 0)


def rows(planes: Tensor, factor: float) -> Tensor:
    """Resize the height of ``planes`` (C, H, W) by ``factor``."""
    channels, height, width = planes.shape
    high = math.ceil(height * factor)
    weights, first, before, after = line_weights(height, high, factor)
    padded = _mirrored(planes, 1, before, after)
    made = torch.empty(channels, high, width)
    for line, start in enumerate(first):
        for channel in range(channels):
            band = padded[channel, int(start) : int(start) + weights.shape[1], :]
            made[channel, line, :] = band.transpose(0, 1).mv(weights[line])
    return made


def columns(planes: Tensor, factor: float) -> Tensor:
    """Resize the width of ``planes`` (C, H, W) by ``factor``."""
    channels, height, width = planes.shape
    wide = math.ceil(width * factor)
    weights, first, before, after = line_weights(width, wide, factor)
    padded = _mirrored(planes, 2, before, after)
    made = torch.empty(channels, height, wide)
    for line, start in enumerate(first):
        for channel in range(channels):
            band = padded[channel, :, int(start) : int(start) + weights.shape[1]]
            made[channel, :, line] = band.mv(weights[line])
    return made


def _rounded(planes: Tensor) -> Tensor:
    return (planes + 0.5).floor().clamp(0, 255)


def line_weights(inputs: int, outputs: int, factor: float) -> tuple[Tensor, Tensor, int, int]:
    """Return weights (outputs, taps), each output's first padded line, and the lines to pad before and after."""
    stretch = min(factor, 1.0)
    support = SUPPORT / stretch
    centre = torch.linspace(1, outputs, outputs) / factor + 0.5 * (1 - 1 / factor)
    left = torch.floor(centre - support / 2)
    taps = math.ceil(support) + 2
    lines = left[:, None] + torch.linspace(0, taps - 1, taps)
    weights = stretch * _cubic((centre[:, None] - lines) * stretch)
    weights = weights / weights.sum(1, keepdim=True)
    used = (weights != 0).any(0).nonzero()[:, 0]
    weights, lines = weights[:, used[0] : used[-1] + 1].contiguous(), lines[:, used[0] : used[-1] + 1]
    before, after = int(-lines.min() + 1), int(lines.max() - inputs)
    return weights, lines[:, 0] + before - 1, max(before, 0), max(after, 0)


def _cubic(x: Tensor) -> Tensor:
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return near * (x <= 1) + far * ((x > 1) & (x <= 2))


def _mirrored(planes: Tensor, axis: int, before: int, after: int) -> Tensor:
    """Copy mirrored lines to both ends of ``axis``."""
    length = planes.shape[axis]
    head = planes.narrow(axis, 0, before).flip(axis)
    tail = planes.narrow(axis, length - after, after).flip(axis)
    return torch.cat([head, planes, tail], axis)
