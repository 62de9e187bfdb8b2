"""Pixel shuffle: channels become pixels.

Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
Network", CVPR 2016, arXiv:1609.05158, equation 4.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PixelShuffle(nn.Module):
    """Maps (B, C * factor**2, h, w) to (B, C, h * factor, w * factor).

    Args:
        factor: output pixels per input pixel, along each side.
    """

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, features: Tensor) -> Tensor:
        """Map ``features`` (B, C * factor**2, h, w) to (B, C, h * factor, w * factor)."""
        return pixel_shuffle(features, self.factor)


def pixel_shuffle(features: Tensor, factor: int) -> Tensor:
    """Map ``features`` (B, C * factor**2, h, w) to (B, C, h * factor, w * factor), as torch's function.

    On the processor torch's own kernel runs also in a compiled network: the code that the compiler writes for it takes
    five times as long when channels lie last. A single channel that leaves has no such layout, and stays torch's; so
    does every one of a network that is exported, which others must be able to read.
    """
    several = features.shape[1] > factor**2
    compiled = torch.compiler.is_compiling() and not torch.compiler.is_exporting()
    if several and compiled and features.device.type == "cpu":
        return _shuffled(features, factor)
    return F.pixel_shuffle(features, factor)


@torch.library.custom_op("super_resolution::pixel_shuffle", mutates_args=())
def _shuffled(features: Tensor, factor: int) -> Tensor:
    return F.pixel_shuffle(features, factor).clone() if factor == 1 else F.pixel_shuffle(features, factor)


@torch.library.custom_op("super_resolution::pixel_unshuffle", mutates_args=())
def _gathered(pixels: Tensor, factor: int) -> Tensor:
    return F.pixel_unshuffle(pixels, factor).clone() if factor == 1 else F.pixel_unshuffle(pixels, factor)


@_shuffled.register_fake
def _(features: Tensor, factor: int) -> Tensor:
    count, channels, height, width = features.shape
    return _like(features, (count, channels // factor**2, height * factor, width * factor))


@_gathered.register_fake
def _(pixels: Tensor, factor: int) -> Tensor:
    count, channels, height, width = pixels.shape
    return _like(pixels, (count, channels * factor**2, height // factor, width // factor))


def _like(given: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return an empty tensor of ``shape`` in the layout of ``given``."""
    last = given.is_contiguous(memory_format=torch.channels_last) and not given.is_contiguous()
    layout = torch.channels_last if last else torch.contiguous_format
    return torch.empty(shape, dtype=given.dtype, device=given.device, memory_format=layout)


def _keep_factor(ctx: Any, inputs: tuple[Tensor, int], output: Tensor) -> None:  # noqa: ARG001  # torch passes them by name
    ctx.factor = inputs[1]


_shuffled.register_autograd(
    lambda context, gradient: (_gathered(gradient, context.factor), None), setup_context=_keep_factor
)
_gathered.register_autograd(
    lambda context, gradient: (_shuffled(gradient, context.factor), None), setup_context=_keep_factor
)
