"""Fathers: what an image becomes, at random, before it is reduced once more to learn from.

Shocher, Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087,
section 3.1; what the paper does not say is as in the authors' code (assafshocher/ZSSR).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ParamsError
from pipeline.images.turning import turned
from pipeline.images.warping import warped

if TYPE_CHECKING:
    from pipeline.bounds import NotNegative, OneOrMore, Positive, Share

Image = NDArray[np.float32]


class Ancestor(NamedTuple):
    """An image that fathers are made of, (H, W, C) in [0, 1], and its size as a multiple of the LR image's."""

    image: Image
    scale: float


@dataclass(frozen=True)
class Fathers:
    """How a father is drawn: left as it is, turned, or drawn through an affine map; then cropped.

    For real images the authors say: ``least`` 0.75, ``rotate`` false, ``shear`` 0. KernelGAN's authors leave all as it
    is: ``leave`` 1, ``turn`` 0.

    Two things differ from the authors' code. It draws the scale evenly and, with the deviation 0.25, the difference
    between its two axes; the paper says that larger fathers shall be likelier. Say ``bias: null`` and
    ``stretch: 0.25`` for what the code does. And what it draws below the edge of a small father is black, and often
    most of the crop; here crops lie inside, and what little is left of the corners is mirrored.

    Args:
        crop: height and width of a father in its pixels; a smaller image is taken whole.
        leave: share of the fathers that are the image itself.
        turn: share of those that are one of its eight flips and quarter turns.
        least: smallest scale of the others.
        bias: deviation of the Gaussian by which a scale falls short of the largest; null draws evenly.
        stretch: deviation of the difference between the scales of both axes.
        shear: deviation of both shears.
        rotate: whether anything is turned or mirrored; not where the kernel is not symmetric.
    """

    crop: OneOrMore = 128
    leave: Share = 0.05
    turn: Share = 0.45
    least: Positive = 0.5
    bias: Positive | None = 0.25
    stretch: NotNegative = 0.0
    shear: NotNegative = 0.1
    rotate: bool = True

    def __post_init__(self) -> None:
        if self.leave + self.turn > 1:
            raise ParamsError(f"leave: with `turn` it is a share of one whole, not {self.leave} + {self.turn}")
        if self.least > 1:
            raise ParamsError(f"least: is a share of the image's size, at most 1, not {self.least}")

    def draw(self, pool: Sequence[Ancestor], chance: np.random.Generator) -> Image:
        """Return a father (h, w, C) made of one of the images in ``pool``, the first of which is the LR image.

        It is made of the first image that is not smaller than the scale that chance wants.
        """
        kind = chance.random()
        scale = 1.0 if kind < self.leave else self._scale(pool[-1].scale, chance)
        image, own = next(each for each in pool if each.scale >= scale - 1e-6)
        if kind >= self.leave + self.turn:
            return self._mapped(image, scale / own, chance)
        father = self._cropped(image, chance)
        turn = int(chance.integers(8)) if kind >= self.leave and self.rotate else 0
        return np.ascontiguousarray(turned(father, turn))

    def _scale(self, largest: float, chance: np.random.Generator) -> float:
        if self.bias is None:
            return float(chance.uniform(self.least, largest))
        return max(self.least, largest - abs(float(chance.normal(0, self.bias))))

    def _cropped(self, image: Image, chance: np.random.Generator) -> Image:
        height, width = (min(self.crop, side) for side in image.shape[:2])
        top = int(chance.integers(image.shape[0] - height + 1))
        left = int(chance.integers(image.shape[1] - width + 1))
        return image[top : top + height, left : left + width]

    def _mapped(self, image: Image, scale: float, chance: np.random.Generator) -> Image:
        """Return ``image`` stretched, mirrored, rotated, sheared, in this order, and cropped."""
        apart = chance.normal(0, self.stretch) / 2
        axes = [max(each, self.least / 2) for each in (scale + apart, scale - apart)]  # one axis must not vanish
        mirror, angle = (chance.choice((-1, 1)), chance.uniform(0, 2 * np.pi)) if self.rotate else (1, 0.0)
        cosine, sine = np.cos(angle), np.sin(angle)
        shears = chance.normal(0, self.shear, 2)
        matrix = (
            np.array([[1, shears[0]], [shears[1], 1]])
            @ np.array([[cosine, sine], [-sine, cosine]])
            @ np.diag([mirror * axes[0], axes[1]])
        )
        size = [min(self.crop, max(1, round(scale * side))) for side in image.shape[:2]]
        centre = [
            _middle(side, made / scale, chance) for side, made in zip(image.shape[1::-1], size[::-1], strict=True)
        ]
        return warped(image, matrix, (centre[0], centre[1]), (size[0], size[1]))


def _middle(side: int, seen: float, chance: np.random.Generator) -> float:
    """Draw the middle of a window of ``seen`` pixels that lies within ``side`` pixels, or else theirs."""
    room = max(side - seen, 0.0)
    return (side - 1) / 2 + float(chance.uniform(-room / 2, room / 2))
