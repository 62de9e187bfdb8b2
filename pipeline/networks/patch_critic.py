"""PatchGAN: judges every patch of an image by itself.

Isola, Zhu, Zhou, Efros, "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017,
arXiv:1611.07004, section 3.2.2; without padding and in these sizes, Yuan et al., "Unsupervised Image Super-Resolution
using Cycle-in-Cycle Generative Adversarial Networks", CVPRW 2018, arXiv:1809.00437.
"""

from __future__ import annotations

from torch import Tensor, nn

from pipeline.bounds import OneOrMore

__all__ = ["PatchCritic"]

KERNEL = 4


class PatchCritic(nn.Module):
    """Five convolutions of 4x4 without padding; all but the first and the last are normalised.

    ``least`` is the side of a patch: of the smallest image that it judges.

    Args:
        strides: of the five. CinCGAN judges HR with 2, 2, 2, 1, 1 (patches of 70x70 pixels), and LR with 1, 1, 1, 1, 1
            (16x16).
        widths: feature maps of the first four (paper: 64, 128, 256, 512).
    """

    def __init__(
        self,
        strides: tuple[OneOrMore, OneOrMore, OneOrMore, OneOrMore, OneOrMore] = (2, 2, 2, 1, 1),
        widths: tuple[OneOrMore, OneOrMore, OneOrMore, OneOrMore] = (64, 128, 256, 512),
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], KERNEL, strides[0]), nn.LeakyReLU(0.2)]
        for read, made, stride in zip(widths[:3], widths[1:], strides[1:4], strict=True):
            layers += [nn.Conv2d(read, made, KERNEL, stride), nn.BatchNorm2d(made), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[3], 1, KERNEL, strides[4]))
        self.least = 1
        for stride in reversed(strides):
            self.least = (self.least - 1) * stride + KERNEL

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, H, W) in [0, 1] to judgements (B, 1, rows, columns) without bounds, one for each patch.

        An image has at least ``least`` pixels on each side.
        """
        judged: Tensor = self.layers(image)
        return judged
