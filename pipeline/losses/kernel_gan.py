"""KernelGAN's terms of the kernel: what a kernel of a reduction is like, whatever the image.

Bell-Kligler, Shocher, Irani, "Blind Super-Resolution Kernel Estimation using an Internal-GAN", NeurIPS 2019,
arXiv:1909.06581, section 3.2. The course of the weights is that of the authors' code (sefibk/KernelGAN).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, mse_loss

from pipeline.bounds import NotNegative, OneOrMore, Positive
from pipeline.errors import LearningError

__all__ = ["KernelGAN"]

HALF = (-0.01171875, -0.03515625, 0.11328125, 0.43359375)
"""One half of MATLAB's bicubic taps where two pixels become one; the other half mirrors it."""
POWER = 0.2
"""What the paper calls alpha: the exponent of the term of sparsity."""
PENALTY = 30
"""The largest weight of the boundary's mask, were it to reach zero in the corners."""
IN_A_ROW = 3
"""Steps that must be near to bicubic before its weight begins to fall."""
FALL = 100
"""What the weight of the bicubic term is divided by."""
LEAST = 5e-6
"""Where that weight stays."""
LATE = 5e-3
"""The weight of the bicubic term below which the kernel is also centred and made sparse."""


class KernelGAN(nn.Module):
    """Sum 1, nothing at the boundary, and at first like bicubic; later sparse and centred instead.

    Each value is a sum of five terms. The weight of the bicubic term falls while it learns: after its value was below
    ``near`` in three steps in a row, it is divided by 100 in every step whose number divides by ``every``. The count
    is in buffers, so that it survives a kill; every call in training counts as a step, so a batch is taken whole
    (``accumulate: 1``), and outside of training the generator makes images of another size, which nothing judges
    (``validate: 0``); the check of params.yaml sees to both.

    Where the paper and its code differ: the code compares each colour of what the generator makes with the sum of the
    three colours, reduced (the kernel is expanded over the input's channels, too). Here each is compared with itself,
    as the paper says. Where the colours are alike the distance from their sum is nine times as much, so ``near`` is a
    ninth of the code's 0.4, which is this project's choice, not a published number: an image whose mean square is below
    0.4, black being -1, is near from the first step on.

    Args:
        bicubic: weight of the mean squared distance from what bicubic reduction makes, black being -1, at first.
        total: weight of the distance of the kernel's sum from 1.
        boundary: weight of the mean of the kernel outside of its middle, more so towards the corners.
        sparse: weight of the mean of the kernel's values to the power of 0.2, later.
        centred: weight of the squared distance of its centre of mass from half a pixel behind the middle, later.
        near: value of the bicubic term that counts as near.
        every: steps from one fall to the next.
    """

    counts_steps = True

    def __init__(
        self,
        bicubic: NotNegative = 5.0,
        total: NotNegative = 0.5,
        boundary: NotNegative = 0.5,
        sparse: NotNegative = 5.0,
        centred: NotNegative = 1.0,
        near: Positive = 0.044,
        every: OneOrMore = 200,
    ) -> None:
        super().__init__()
        self.total = total
        self.boundary = boundary
        self.sparse = sparse
        self.centred = centred
        self.near = near
        self.every = every
        self.register_buffer("step", torch.tensor(0))
        self.register_buffer("in_a_row", torch.tensor(0))
        self.register_buffer("bicubic", torch.tensor(bicubic))

    def forward(self, kernel: Tensor, hr: Tensor, lr_made: Tensor) -> Tensor:
        """Return a 0-d tensor for the ``kernel`` (..., 13, 13) with which ``hr`` was reduced to ``lr_made``."""
        own = kernel.flatten(0, -3)[0] if kernel.ndim > 2 else kernel
        weight = float(self.get_buffer("bicubic"))
        distance = away_from_bicubic(hr, lr_made)
        value = (
            weight * distance
            + self.total * (1 - own.sum()).abs()
            + self.boundary * (own * mask(len(own)).to(own)).abs().mean()
        )
        if weight < LATE:
            value = value + self.sparse * (own.abs().clamp(min=1e-12) ** POWER).mean() + self.centred * eccentric(own)
        if self.training:
            self._count(float(distance.detach()))
        return value

    def _count(self, distance: float) -> None:
        """Bring the weight of the bicubic term to that of the next step; nothing falls in the first."""
        step, in_a_row, weight = (self.get_buffer(name) for name in ("step", "in_a_row", "bicubic"))
        if int(step) > 0:
            if int(in_a_row) < IN_A_ROW:
                in_a_row.copy_(in_a_row + 1 if distance < self.near else torch.zeros_like(in_a_row))
            elif int(step) % self.every == 0:
                weight.copy_((weight / FALL).clamp(min=LEAST))
        step += 1


def away_from_bicubic(hr: Tensor, lr_made: Tensor) -> Tensor:
    """Return the mean squared distance of ``lr_made`` from ``hr`` reduced to half by bicubic, black being -1.

    ``lr_made`` comes of a kernel of 13 pixels where it fits; the bicubic one has 8, and lies in its middle.

    Raises:
        LearningError: when ``lr_made`` is not what such a kernel makes of ``hr``.
    """
    wanted = tuple((side - 13) // 2 + 1 for side in hr.shape[-2:])
    if wanted != tuple(lr_made.shape[-2:]):
        raise LearningError(
            f"kernel_gan: {hr.shape[-2]}x{hr.shape[-1]} pixels must become {wanted[0]}x{wanted[1]} where KernelGAN "
            f"learns, not {lr_made.shape[-2]}x{lr_made.shape[-1]}; use the network `kernel_gan` with scale 2"
        )
    line = torch.tensor([*HALF, *reversed(HALF)]).to(hr)
    reduced = conv2d(hr[..., 3:, 3:].flatten(0, 1)[:, None], torch.outer(line, line)[None, None], stride=2)
    same = reduced[:, 0, : wanted[0], : wanted[1]].view(lr_made.shape)
    return mse_loss(2 * lr_made, 2 * same)


def mask(size: int) -> Tensor:
    """Return the weights (size, size) of what is not zero: nothing in the middle, and then by a Gaussian."""
    places = torch.arange(size) - size // 2
    line = torch.exp(-(places**2) / (2 * size**2))
    weights = PENALTY * (1 - torch.outer(line, line))
    free = (size - (size // 2 + size % 2)) // 2 - 1
    weights[free : size - free, free : size - free] = 0
    return weights


def eccentric(kernel: Tensor) -> Tensor:
    """Return the mean over both axes of the squared distance, in pixels, of the centre of mass from its place."""
    places = torch.arange(len(kernel)).to(kernel)
    middle = len(kernel) // 2 + (2 - len(kernel) % 2) / 2
    centre = torch.stack([(places * kernel.sum(axis)).sum() for axis in (1, 0)]) / kernel.sum()
    return mse_loss(centre, torch.full_like(centre, middle))
