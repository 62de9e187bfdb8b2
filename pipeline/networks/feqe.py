"""FEQE: an interpolated image is folded to a quarter of its size, where convolutions are cheap, and unfolded again.

Vu, Nguyen, Pham, Luu, Yoo, "Fast and Efficient Image Quality Enhancement via Desubpixel Convolutional Neural Networks",
ECCVW 2018 (PIRM challenge on smartphones), section 3. Layers as in the authors' code (thangvubk/FEQE).
"""

from torch import Tensor, nn
from torch.nn.functional import pixel_unshuffle

from pipeline.blocks.mirror import mirrored_to
from pipeline.blocks.residual import ResidualBlock
from pipeline.blocks.shuffle import pixel_shuffle
from pipeline.bounds import FourFold, OneOrMore, ZeroOrMore

__all__ = ["FEQE"]

FOLDED = 4
"""Pixels of the image per pixel of the features, along each side: twice 2."""


class FEQE(nn.Module):
    """Desubpixel, a convolution that thins out, desubpixel; residual blocks; the way back; the input is added.

    Desubpixel is the inverse of pixel shuffle: no pixel is lost. Sides that are no multiples of 4 pixels are mirrored
    to such, and cropped back. The first weights are torch's own, which are those of the release.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it (paper: 4). 1 for pairs registered at one
            size.
        blocks: residual blocks (paper: 20).
        features: feature maps (paper: 16).
    """

    def __init__(self, scale: OneOrMore, blocks: ZeroOrMore = 20, features: FourFold = 16) -> None:
        super().__init__()
        self.scale = scale
        self.thin = nn.Conv2d(3 * 4, features // 4, 1)
        self.body = nn.Sequential(
            *[ResidualBlock(features, scaling=1.0) for _ in range(blocks)],
            nn.Conv2d(features, features, 3, padding=1),
        )
        self.widen = nn.Conv2d(features, 4 * features, 1)
        self.tail = nn.Conv2d(features, 4 * 3, 1)

    def forward(self, ilr: Tensor) -> Tensor:
        """Map ``ilr`` (B, 3, H, W) to an image as large, both in [0, 1]; what leaves the range is clipped."""
        height, width = ilr.shape[-2:]
        image = mirrored_to(255 * (ilr - 0.5), FOLDED)
        folded = pixel_unshuffle(self.thin(pixel_unshuffle(image, 2)), 2)
        unfolded = pixel_shuffle(self.widen(self.body(folded)), 2)
        restored = image + pixel_shuffle(self.tail(unfolded), 2)
        return (restored[..., :height, :width] / 255 + 0.5).clamp(0, 1)
