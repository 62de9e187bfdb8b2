"""ScSR: patches of HR luma are sums of the same few atoms as the gradients of the enlarged LR.

Yang, Wright, Huang, Ma, "Image Super-Resolution via Sparse Representation", IEEE TIP 2010, sections II and III. What
the paper does not say is as in the authors' code (ScSR).
"""

from __future__ import annotations

from math import sqrt
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, fold, normalize, unfold

from pipeline.blocks.enlargement import Enlargement
from pipeline.blocks.mirror import mirrored
from pipeline.blocks.reduction import Reduction
from pipeline.blocks.sparse_codes import sparse_codes
from pipeline.bounds import NotNegative, OneOrMore, Positive, ZeroOrMore
from pipeline.errors import LearningError
from pipeline.images.kernels import line

__all__ = ["ScSR"]

MIDDLE = 2
"""Pixels of the middle resolution per LR pixel, at every scale."""
REACH = 2
"""Pixels of the middle resolution on each side of one that its gradients look at."""
MARGIN = 3
"""LR pixels on each side of a crop whose gradients would look beyond it: two of the cubic, and ``REACH``."""
GRADIENTS = 4
FAINT = 1 / 255
"""Gradients of a patch shorter than this are not brought to length 1: they are mostly noise (the authors' code)."""
AT_ONCE = 8192
"""So many patches are cut and coded together, for the sake of memory."""
ALIGNED = 8
"""LR pixels at whose multiples tiles begin, see ``pipeline/restoring/reach.py``."""


class ScSR(nn.Module):
    """A coupled dictionary on luma: gradients are coded by the lower parts of its atoms, the upper parts are added.

    LR is enlarged to the middle resolution by bicubic interpolation (the code: to that of HR). Each patch of its four
    gradients, brought to length 1, is coded: ½‖gradients - code · lower‖² + sparsity ‖code‖₁ is minimised, where each
    lower part has length 1. The sum code · upper gets the contrast of the enlarged patch, times ``contrast``, and its
    mean. Where patches overlap, their mean is taken; back-projection then brings what the result reduces to near LR.

    Patches are coded alone, as in the authors' code; the paper adds a term that makes each agree with those before it.
    At the edge the image is mirrored; the authors leave out patches there.

    The dictionary is a parameter without a gradient: the recipe ``sparse_coding`` learns it.

    Args:
        scale: HR pixels per LR pixel; each has a dictionary of its own.
        atoms: of the dictionary (paper: 1024; the code's small one: 512).
        patch: side of a patch in pixels of the middle resolution, twice LR (paper: 6, which is 3 LR pixels; code: 5).
        overlap: pixels of the middle resolution that neighbours share (code: all but one; here all but one LR pixel: a
            quarter as many patches).
        sparsity: the weight of the penalty (code: 0.2).
        iterations: of the solver.
        contrast: of a restored patch, as a multiple of the enlarged one's (code: 1.2).
        projections: steps of back-projection (code: 20).
    """

    bf16_harms = True  # the solver goes on by differences of sums; it computes in float32 whatever surrounds it

    def __init__(
        self,
        scale: Literal[2, 3, 4],
        atoms: OneOrMore = 1024,
        patch: OneOrMore = 6,
        overlap: ZeroOrMore = 4,
        sparsity: NotNegative = 0.2,
        iterations: OneOrMore = 100,
        contrast: Positive = 1.2,
        projections: ZeroOrMore = 20,
    ) -> None:
        super().__init__()
        _require_sense(scale, patch, overlap)
        self.scale = scale
        self.patch, self.large = patch, patch * scale // MIDDLE
        self.step = patch - overlap
        self.sparsity = sparsity
        self.iterations = iterations
        self.contrast = contrast
        self.projections = projections
        self.looks_far = ALIGNED * MIDDLE % self.step > 0  # patches of tiles would lie on another grid
        length = GRADIENTS * patch**2 + self.large**2
        self.dictionary = nn.Parameter(normalize(torch.randn(atoms, length)), requires_grad=False)
        self.to_middle = Enlargement(MIDDLE)
        self.reduce, self.enlarge = Reduction(scale), Enlargement(scale)
        self.register_buffer("filters", differences(), persistent=False)
        self.register_buffer("spread", spread(), persistent=False)

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), both in [0, 1]."""
        kind = lr_y.device.type
        with torch.autocast(kind if torch.amp.is_autocast_available(kind) else "cpu", enabled=False):
            return {"sr_y": self.projected(self.pasted(lr_y), lr_y)}

    def examples(self, lr_y: Tensor, hr_y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients (n, 4 * patch²) and HR details (n, (patch * scale / 2)²) of patches of crops.

        They lie side by side in ``lr_y`` (B, 1, h, w) and ``hr_y`` (B, 1, H, W), away from the edge, where an enlarged
        crop is not the enlarged image. Details are HR less its mean.

        Raises:
            LearningError: the crops are too small to hold a patch.
        """
        side, least = min(lr_y.shape[-2:]), 2 * MARGIN + -(-self.patch // MIDDLE)
        if side < least:
            raise LearningError(f"patch: crops of {side} LR pixels hold no patch of the network's; at least {least}")
        gradients = inner(self.gradients(framed(self.to_middle(lr_y), REACH)), MARGIN * MIDDLE)
        details = vectors(inner(hr_y, MARGIN * self.scale), self.large, self.large)
        return vectors(gradients, self.patch, self.patch), details - details.mean(1, keepdim=True)

    def gradients(self, image: Tensor) -> Tensor:
        """Map (B, 1, H + 4, W + 4) to its first differences across and down, then its second, (B, 4, H, W)."""
        return conv2d(image, self.get_buffer("filters"))

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # a compiler would write out every strip
    def pasted(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 1, h, w) to the mean of overlapping restored patches, (B, 1, h * scale, w * scale)."""
        middle = self.to_middle(lr)
        down, across = (max(-(-(side - self.patch) // self.step), 0) + 1 for side in middle.shape[-2:])
        middle = mirrored(middle, -2, REACH, self._side(down) - middle.shape[-2] + REACH)
        middle = mirrored(middle, -1, REACH, self._side(across) - middle.shape[-1] + REACH)
        gradients, middle = self.gradients(middle), inner(middle, REACH)
        made, times = middle.new_zeros(2, len(lr), 1, *(side * self.scale // MIDDLE for side in middle.shape[-2:]))
        many = max(AT_ONCE // (len(lr) * across), 1)
        for first in range(0, down, many):
            begin, side = first * self.step, self._side(min(many, down - first))
            strip = slice(begin, begin + side)
            patches = self.restored(
                vectors(gradients[..., strip, :], self.patch, self.step),
                vectors(middle[..., strip, :], self.patch, self.step),
            )
            place = slice(begin * self.scale // MIDDLE, (begin + side) * self.scale // MIDDLE)
            made[..., place, :] += self._put(patches, made[..., place, :])
            times[..., place, :] += self._put(torch.ones_like(patches), made[..., place, :])
        return (made / times)[..., : lr.shape[-2] * self.scale, : lr.shape[-1] * self.scale]

    def restored(self, gradients: Tensor, patches: Tensor) -> Tensor:
        """Return HR patches (n, (patch * scale / 2)²) of enlarged ``patches`` (n, patch²) and their ``gradients``."""
        lower, upper = self.dictionary[:, : gradients.shape[1]], self.dictionary[:, gradients.shape[1] :]
        signals = gradients / gradients.norm(dim=1, keepdim=True).clamp(min=FAINT)
        codes = sparse_codes(signals, normalize(lower), self.sparsity, self.iterations)
        mean = patches.mean(1, keepdim=True)
        length = (patches - mean).norm(dim=1, keepdim=True) * self.large / self.patch
        return mean + self.contrast * length * normalize(codes @ upper)

    def projected(self, restored: Tensor, lr: Tensor) -> Tensor:
        """Return ``restored`` (B, 1, H, W) nearer to what is reduced to ``lr`` (B, 1, h, w), by back-projection."""
        for _ in range(self.projections):
            missed = self.enlarge(lr - self.reduce(restored))
            restored = restored + conv2d(framed(missed, 2), self.get_buffer("spread"))
        return restored

    def _side(self, count: int) -> int:
        """Return how many pixels of the middle resolution ``count`` patches in a row cover."""
        return (count - 1) * self.step + self.patch

    def _put(self, patches: Tensor, place: Tensor) -> Tensor:
        """Return the sum of HR ``patches`` (n, M), each where it belongs in ``place`` (B, 1, H, W)."""
        columns = patches.view(len(place), -1, patches.shape[1]).transpose(1, 2)
        return fold(columns, place.shape[-2:], self.large, stride=self.step * self.scale // MIDDLE)


def vectors(image: Tensor, size: int, step: int) -> Tensor:
    """Return the patches of ``image`` (B, C, H, W), ``step`` pixels apart, as (n, C * size²)."""
    columns = unfold(image, size, stride=step)
    return columns.transpose(1, 2).reshape(-1, columns.shape[1])


def framed(image: Tensor, edge: int) -> Tensor:
    """Return ``image`` with ``edge`` mirrored lines around it."""
    return mirrored(mirrored(image, -2, edge, edge), -1, edge, edge)


def inner(image: Tensor, edge: int) -> Tensor:
    """Return ``image`` without its ``edge`` outer lines."""
    return image[..., edge:-edge, edge:-edge]


def differences() -> Tensor:
    """Return the paper's four filters (4, 1, 5, 5): [-1, 0, 1] across and down, [1, 0, -2, 0, 1] across and down."""
    filters = torch.zeros(GRADIENTS, 1, 2 * REACH + 1, 2 * REACH + 1)
    for number, weights in enumerate(([0.0, -1.0, 0.0, 1.0, 0.0], [1.0, 0.0, -2.0, 0.0, 1.0])):
        filters[2 * number, 0, REACH] = torch.tensor(weights)
        filters[2 * number + 1, 0, :, REACH] = torch.tensor(weights)
    return filters


def spread() -> Tensor:
    """Return the filter (1, 1, 5, 5) of back-projection, whose sum is 1: a Gaussian of deviation 1 pixel, squared."""
    across = torch.tensor(line(5, sqrt(0.5)), dtype=torch.float32)
    return torch.outer(across, across)[None, None]


def _require_sense(scale: int, patch: int, overlap: int) -> None:
    if overlap >= patch:
        raise LearningError(f"overlap: is {overlap}; must be below `patch`, {patch}")
    for name, pixels in (("patch", patch), ("overlap", overlap)):
        if pixels * scale % MIDDLE:
            raise LearningError(
                f"{name}: {pixels} pixels of twice LR are no whole number of HR pixels at x{scale}; be even"
            )
