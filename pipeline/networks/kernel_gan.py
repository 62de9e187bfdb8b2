"""KernelGAN's generator: a deep linear network whose weights are one kernel, learnt from one image.

Bell-Kligler, Shocher, Irani, "Blind Super-Resolution Kernel Estimation using an Internal-GAN", NeurIPS 2019,
arXiv:1909.06581, sections 3 and 4. What the paper does not say is as in the authors' code (sefibk/KernelGAN).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d

from pipeline.blocks.mirror import mirrored
from pipeline.bounds import OneOrMore
from pipeline.errors import LearningError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["KernelGAN"]

SIZES = (7, 5, 3, 1, 1, 1)
"""Sizes of the kernels; together they see 13x13 pixels."""
STEP = 2
"""The stride of the last layer."""


class KernelGAN(nn.Module):
    """Six convolutions without bias and activation, the last with stride 2, alike for each channel.

    What is linear is one correlation with one kernel. It is that kernel, multiplied out of the weights, with which
    images are filtered: the same sums as layer after layer, of far fewer products, and the same gradients.

    In training images are cropped (valid padding), so that 64x64 pixels become 26x26, and black is -1: where the
    kernel's sum is not 1 yet, grey stays grey. Outside of training the kernel is cleaned first, see ``kernel``, the
    border is mirrored, and every second pixel is taken from the first on, so that an image of any size leaves at half
    of it.

    Learnt is the kernel of x2. That of x4 follows from it (paper, supplement): the image is reduced by x2 twice, which
    is one reduction by k * (k stretched by 2). So a network of scale 4 takes the weights of one that learnt at scale 2.

    Args:
        scale: HR pixels per LR pixel.
        features: feature maps between the layers (paper: 64).
        kept: the largest weights of the kernel, of 169, that cleaning keeps. The authors' code instead subtracts three
            quarters of the 41st weight from all, which narrows the kernel.
    """

    bf16_harms = True  # the kernel is a product of six layers, each rounded

    def __init__(self, scale: Literal[2, 4], features: OneOrMore = 64, kept: OneOrMore = 40) -> None:
        super().__init__()
        self.scale = scale
        self.kept = kept
        widths = [1, *[features] * (len(SIZES) - 1), 1]
        self.layers = nn.ModuleList(
            nn.Conv2d(read, made, size, stride=STEP if number == len(SIZES) - 1 else 1, bias=False)
            for number, (size, (read, made)) in enumerate(zip(SIZES, pairwise(widths), strict=True))
        )
        for layer in self.layers:
            nn.init.xavier_normal_(layer.get_parameter("weight"), gain=0.1)

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        """Map ``hr`` (B, 3, H, W) to ``lr`` in [0, 1] and the ``kernel`` (B, 13, 13) of x2 that it was filtered with.

        ``lr`` is (B, 3, H / scale, W / scale), rounded down; in training a margin of six pixels less.

        Raises:
            LearningError: in training, when the kernel does not fit into the image.
        """
        kernel = self.imitated() if self.training else cleaned(self.imitated(), self.kept)
        lr = hr
        for _ in range(self.scale // STEP):
            lr = cropped(lr, kernel) if self.training else whole(lr, kernel)
        return {"lr": lr, "kernel": kernel.expand(len(hr), -1, -1)}

    def imitated(self) -> Tensor:
        """Return the kernel (13, 13) that the layers are together; correlating with it is running them."""
        kernel = self.layers[0].get_parameter("weight").new_ones(1, 1, 1, 1)
        for layer in reversed(self.layers):  # what an output pixel sees is the adjoint of the layers
            kernel = conv_transpose2d(kernel, layer.get_parameter("weight"))
        return kernel[0, 0]

    @torch.no_grad()
    def kernel(self) -> NDArray[np.float64]:
        """Return the kernel of x2 (13, 13) that images are correlated with outside of training.

        Its largest weights are kept, their sum is 1, and its centre of mass lies half a pixel behind the middle
        pixel, which is the middle of the two by two pixels that become one: enlarged by bicubic interpolation, what
        it reduces is in register with what it was.
        """
        kernel: NDArray[np.float64] = cleaned(self.imitated().cpu().double(), self.kept).numpy()
        return kernel


def cropped(image: Tensor, kernel: Tensor) -> Tensor:
    """Correlate ``image`` (B, C, H, W) with ``kernel`` where it fits, at every second pixel, with -1 for black.

    Raises:
        LearningError: when it fits nowhere.
    """
    size, (height, width) = len(kernel), image.shape[-2:]
    if min(height, width) < size:
        raise LearningError(
            f"kernel_gan: its kernel of {size}x{size} pixels does not fit into patches of {height}x{width}; enlarge "
            "`patch`"
        )
    filtered = conv2d(2 * image.flatten(0, 1)[:, None] - 1, kernel[None, None], stride=STEP)
    return (filtered.view(*image.shape[:2], *filtered.shape[-2:]) + 1) / 2


def whole(image: Tensor, kernel: Tensor) -> Tensor:
    """Correlate ``image`` (B, C, H, W) with ``kernel`` at every second pixel, from the first, the border mirrored."""
    reach = len(kernel) // 2
    for axis in (-2, -1):
        odd = image.shape[axis] % STEP
        image = mirrored(image, axis, reach, reach - STEP + 1 - odd)
    filtered = conv2d(image.flatten(0, 1)[:, None], kernel[None, None], stride=STEP)
    return filtered.view(*image.shape[:2], *filtered.shape[-2:])


def cleaned(kernel: Tensor, kept: int) -> Tensor:
    """Return ``kernel`` (size, size) without what is small, its sum 1, its centre of mass in the middle of 2x2 pixels.

    Args:
        kept: how many of the largest weights stay; negative ones never do.
    """
    least = kernel.flatten().topk(min(kept, kernel.numel())).values[-1].clamp(min=0)
    large = torch.where(kernel >= least, kernel, 0).clamp(min=0)
    moved = centred(large / large.sum())
    return moved / moved.sum()


def centred(kernel: Tensor) -> Tensor:
    """Return ``kernel``, whose sum is 1, moved so that its centre of mass is half a pixel behind the middle pixel.

    The move is a convolution with Keys' cubic: it keeps the sum, moves the centre of mass by what it should, and
    leaves the variances as they are, but for what leaves the grid. (The authors move by cubic splines.)
    """
    places = torch.arange(len(kernel), dtype=kernel.dtype, device=kernel.device)
    middle = (len(kernel) - 1) / 2 + (STEP - 1) / 2
    down, right = (middle - (places * kernel.sum(axis)).sum() for axis in (1, 0))
    apart = places[:, None] - places
    return keys(apart - down) @ kernel @ keys(apart - right).T


def keys(distance: Tensor) -> Tensor:
    """Return Keys' cubic, a = -0.5, at ``distance`` in pixels."""
    x = distance.abs()
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, 0))
