"""The Haar transform of images: each two by two pixels become one of four sub-bands, and back.

Mallat, "A Theory for Multiresolution Signal Decomposition: The Wavelet Representation", IEEE TPAMI 1989. Norm, order
and signs are those of MWCNN's authors (lpj0/MWCNN_PyTorch): orthonormal, so that squared errors of sub-bands and of
images add up to the same. Only sums and differences are taken, which autocast leaves in the precision of the image.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from pipeline.blocks.shuffle import pixel_shuffle
from pipeline.errors import LearningError


def haar(image: Tensor) -> Tensor:
    """Map ``image`` (B, C, H, W), H and W even, to its sub-bands (B, 4 * C, H / 2, W / 2).

    They are, of C channels each: half the sum of the four pixels; then by how much they are brighter on the right, half
    the difference of the sums; brighter below; and brighter on the diagonal. Of an image in [0, 1] the first is in
    [0, 2], the others are in [-1, 1].
    """
    assert image.shape[-2] % 2 == image.shape[-1] % 2 == 0, f"the sides must be even, not {tuple(image.shape[-2:])}"
    above, below = image[..., ::2, :], image[..., 1::2, :]
    (low, right), (down, diagonal) = (_across(below + above), _across(below - above))
    return torch.cat([low, right, down, diagonal], dim=1) / 2


def inverse_haar(bands: Tensor) -> Tensor:
    """Map the sub-bands (B, 4 * C, h, w) that ``haar`` makes to their image (B, C, 2 * h, 2 * w)."""
    low, right, down, diagonal = (bands / 2).chunk(4, dim=1)
    above, beside = low - down, right - diagonal
    below, across = low + down, right + diagonal
    pixels = [above - beside, above + beside, below - across, below + across]
    return pixel_shuffle(torch.stack(pixels, dim=2).flatten(1, 2), 2)


def _across(lines: Tensor) -> tuple[Tensor, Tensor]:
    """Return the sums of neighbours in a line, and by how much the right one is more."""
    left, right = lines[..., ::2], lines[..., 1::2]
    return right + left, right - left


def packets(image: Tensor, levels: int) -> Tensor:
    """Map ``image`` (B, C, H, W) to its wavelet packets (B, 4**levels * C, H / 2**levels, W / 2**levels).

    Every sub-band is transformed again. The first four packets are of the sums of the first transform, the next four of
    what is brighter on the right in it, and so on; each has its ``C`` channels side by side.

    Raises:
        LearningError: the sides are no multiples of 2**levels.
    """
    height, width = image.shape[-2:]
    if height % 2**levels or width % 2**levels:
        raise LearningError(f"images of {height}x{width} pixels cannot be halved {levels} times; lower `levels`")
    bands = image
    for _ in range(levels):
        bands = _each(haar, bands, image.shape[1])
    return bands


def inverse_packets(bands: Tensor, levels: int) -> Tensor:
    """Map the packets (B, 4**levels * C, h, w) that ``packets`` makes to (B, C, h * 2**levels, w * 2**levels)."""
    channels = bands.shape[1] // 4**levels
    for _ in range(levels):
        bands = _each(inverse_haar, bands, 4 * channels)
    return bands


def _each(transform: Callable[[Tensor], Tensor], bands: Tensor, channels: int) -> Tensor:
    """Apply ``transform`` to each ``channels`` of ``bands``; what comes of them stays side by side."""
    made = transform(bands.reshape(-1, channels, *bands.shape[-2:]))
    return made.reshape(len(bands), -1, *made.shape[-2:])
