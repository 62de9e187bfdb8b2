"""CNF: SRCNNs of several depths side by side on interpolated luma, fused by a convolution over what they make.

Ren, El-Khamy, Lee, "Image Super Resolution Based on Fusing Multiple Convolution Neural Networks", CVPRW 2017.

The layers were found by counting, as neither text nor code could be had. A network of depth d is SRCNN 9-5-5 with
d - 3 convolutions of 3x3 before the last, and one convolution of 3x3 fuses the images: then depths of 11, 13 and 15
have 448,059 weights and 7, 9 and 11 have 337,467. The first is what readers quote from the paper, to the last digit;
the second is the 337K of CARN's tables (ECCV 2018), with their 311.0 G products for 1280x720 pixels.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.chain import chain
from pipeline.blocks.weights import he_normal
from pipeline.bounds import Filled, OneOrMore, ThreeOrMore

__all__ = ["CNF"]


class CNF(nn.Module):
    """Networks side by side; what they make is fused into one residual, which is added to the input.

    They learn alone first, by a loss on ``sr_y_each``, then together with what fuses them, by one on ``sr_y``. Alone
    too each adds the input; whether the paper's do is not known. What fuses images begins as their mean, so that
    learning alone already leaves an ensemble; the paper's begins with normal numbers.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        depths: convolutions of each network (paper: 7, 9, 11 and others up to 11, 13, 15).
        widths: feature maps behind the first convolution of each, and behind the others (SRCNN: 64, 32).
        fuses: what the networks hand on: the residual ``images`` they make, or, as a variant of ours, the ``features``
            before their last convolutions, which two convolutions of 3x3 then fuse.
    """

    def __init__(
        self,
        scale: OneOrMore,
        depths: Filled[tuple[ThreeOrMore, ...]] = (7, 9, 11),
        widths: tuple[OneOrMore, OneOrMore] = (64, 32),
        fuses: Literal["images", "features"] = "images",
    ) -> None:
        super().__init__()
        self.scale = scale
        self.fuses = fuses
        count, width = len(depths), widths[-1]
        self.networks = nn.ModuleList(Deep(depth, widths) for depth in depths)
        self.fusion = of_images(count) if fuses == "images" else of_features(count * width, width)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size and ``sr_y_each`` (B, D, H, W), all in [0, 1]."""
        made = [network(ilr_y) for network in self.networks]
        residuals = torch.cat([residual for _, residual in made], dim=1)
        seen = residuals if self.fuses == "images" else torch.cat([features for features, _ in made], dim=1)
        return {"sr_y": ilr_y + self.fusion(seen), "sr_y_each": ilr_y + residuals}


class Deep(nn.Module):
    """SRCNN 9-5-5, made ``depth`` convolutions deep by such of 3x3 before the last."""

    def __init__(self, depth: int, widths: tuple[int, int]) -> None:
        super().__init__()
        first, width = widths
        hidden = depth - 1
        self.features = chain([1, first, *[width] * (hidden - 1)], [9, 5, *[3] * (hidden - 2)]).append(nn.ReLU())
        self.reconstruct = nn.Conv2d(width, 1, 5, padding=2)
        he_normal(self)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, 1, H, W) to the last features (B, C, H, W) and to the residual image (B, 1, H, W) made of them."""
        features = self.features(image)
        return features, self.reconstruct(features)


def of_images(count: int) -> nn.Sequential:
    """Return what fuses ``count`` images (B, count, H, W) into one, from the first as their mean."""
    fusion = chain([count, 1])
    (layer,) = fusion
    for each in layer.parameters():
        nn.init.zeros_(each)
    nn.init.constant_(layer.get_parameter("weight")[:, :, 1, 1], 1 / count)
    return fusion


def of_features(count: int, width: int) -> nn.Sequential:
    """Return what fuses ``count`` feature maps (B, count, H, W) into one image, over ``width`` others."""
    fusion = chain([count, width, 1])
    he_normal(fusion)
    return fusion
