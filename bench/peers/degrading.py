"""A second-order degradation as the field's toolboxes run it: fp32, eager, tensors (1, 3, H, W), image by image.

Kernels are padded to 21 x 21 and the border is mirrored; resizing is ``interpolate``'s; the JPEG is one of tensors,
which a gradient can pass: blocks of 8 x 8, the standard tables, colour at half the resolution, and no entropy coding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

KERNEL = 21
LUMA = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
"""
CHROMA = "17 18 24 47 18 21 26 66 24 26 56 99 47 66 99 99"
"""The upper left quarter of the table of colour; all else is 99."""
TO_YCBCR = [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
TO_RGB = [[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]]
MIDDLE = [0.0, 128.0, 128.0]
GREY = [0.2989, 0.5870, 0.1140]

Step = tuple[str, Mapping[str, Any]]


def degraded(image: Tensor, steps: Sequence[Step]) -> Tensor:
    """Return ``image`` (1, 3, H, W) in [0, 1] after ``steps``: what each is called, and its options."""
    with torch.no_grad():
        for name, options in steps:
            image = STEPS[name](image, **options)
        return torch.clamp((image * 255.0).round(), 0, 255) / 255.0


def blur(image: Tensor, kernel: Any) -> Tensor:
    """Correlate with ``kernel`` (size, size), padded to 21 x 21."""
    around = (KERNEL - len(kernel)) // 2
    weight = torch.from_numpy(np.pad(kernel, around)).float().view(1, 1, KERNEL, KERNEL)
    batch, channels, height, width = image.shape
    padded = F.pad(image, (KERNEL // 2,) * 4, mode="reflect")
    planes = padded.view(batch * channels, 1, *padded.shape[-2:])
    return F.conv2d(planes, weight).view(batch, channels, height, width)


def resize(image: Tensor, size: Sequence[int], mode: str) -> Tensor:
    """Resize to ``size``, without antialiasing."""
    return F.interpolate(image, size=tuple(size), mode=mode)


def gaussian(image: Tensor, sigma: float, grey: bool) -> Tensor:
    """Add Gaussian noise, the same in all channels if ``grey``; clip."""
    shape = (image.shape[0], 1, *image.shape[2:]) if grey else image.shape
    return torch.clamp(image + torch.randn(shape) * sigma, 0, 1)


def poisson(image: Tensor, scale: float, grey: bool) -> Tensor:
    """Add ``scale`` times the noise of photons, the same in all channels if ``grey``; clip."""
    bright = (image * torch.tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True) if grey else image
    bright = torch.clamp((bright * 255.0).round(), 0, 255) / 255.0
    photons = 2 ** math.ceil(math.log2(len(torch.unique(bright))))
    noise = torch.poisson(bright * photons) / photons - bright
    return torch.clamp(image + noise * scale, 0, 1)


def jpeg(image: Tensor, quality: int) -> Tensor:
    """Compress and decompress at ``quality``."""
    height, width = image.shape[-2:]
    image = F.pad(torch.clamp(image, 0, 1), (0, -width % 16, 0, -height % 16)) * 255.0
    factor = (5000.0 / quality if quality < 50 else 200.0 - 2 * quality) / 100.0
    matrix = torch.tensor(TO_YCBCR)
    colour = torch.tensordot(image[0], matrix, dims=([0], [1])) + torch.tensor(MIDDLE)
    planes = [colour[..., 0], *(F.avg_pool2d(colour[..., each][None, None], 2)[0, 0] for each in (1, 2))]
    tables = [_table(LUMA), _colour_table(), _colour_table()]
    planes = [_coded(plane, table * factor) for plane, table in zip(planes, tables, strict=True)]
    planes[1:] = [each.repeat_interleave(2, 0).repeat_interleave(2, 1) for each in planes[1:]]
    colour = torch.stack(planes, dim=-1) - torch.tensor(MIDDLE)
    back = torch.tensordot(colour, torch.tensor(TO_RGB), dims=([2], [1]))
    return torch.clamp(back.permute(2, 0, 1)[None, :, :height, :width], 0, 255) / 255.0


def _coded(plane: Tensor, table: Tensor) -> Tensor:
    """Return ``plane`` (H, W), multiples of 8, after its blocks were transformed, rounded and brought back."""
    height, width = plane.shape
    blocks = plane.view(height // 8, 8, width // 8, 8).permute(0, 2, 1, 3).reshape(-1, 8, 8) - 128
    wave, norm = _waves()
    levels = norm * torch.tensordot(blocks, wave, dims=2) / table
    levels = levels.round() + (levels - levels.round()) ** 3  # a rounding that a gradient can pass
    back = torch.tensordot(levels * table * norm, wave.permute(2, 3, 0, 1), dims=2) + 128
    return back.view(height // 8, width // 8, 8, 8).permute(0, 2, 1, 3).reshape(height, width)


@cache
def _waves() -> tuple[Tensor, Tensor]:
    """Return the cosines (x, y, u, v) of an 8 x 8 block, and their norms (u, v)."""
    x = torch.arange(8.0)
    line = torch.cos((2 * x[:, None] + 1) * x * math.pi / 16)
    alpha = torch.tensor([1 / math.sqrt(2)] + [1.0] * 7)
    return torch.einsum("xu,yv->xyuv", line, line), torch.outer(alpha, alpha) / 4


@cache
def _table(text: str) -> Tensor:
    return torch.tensor([float(each) for each in text.split()]).view(8, 8)


@cache
def _colour_table() -> Tensor:
    table = torch.full((8, 8), 99.0)
    table[:4, :4] = torch.tensor([float(each) for each in CHROMA.split()]).view(4, 4)
    return table


STEPS: Mapping[str, Callable[..., Tensor]] = {
    "blur": blur,
    "resize": resize,
    "gaussian": gaussian,
    "poisson": poisson,
    "jpeg": jpeg,
}
