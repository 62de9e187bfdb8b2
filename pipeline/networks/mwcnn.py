"""MWCNN: a U-Net on interpolated luma that halves its grid by Haar transforms, which lose nothing.

Liu, Zhang, Zhang, Lin, Zuo, "Multi-level Wavelet-CNN for Image Restoration", CVPRW 2018, arXiv:1805.07071, section 3.
Layers as in the authors' PyTorch code (lpj0/MWCNN_PyTorch), which has no batch normalisation.
"""

from math import gcd

from torch import Tensor, nn

from pipeline.blocks.chain import chain
from pipeline.blocks.haar import haar, inverse_haar
from pipeline.blocks.mirror import mirrored_to
from pipeline.bounds import Filled, OneOrMore

__all__ = ["MWCNN"]


class MWCNN(nn.Module):
    """Transforms with convolutions behind each, then back; what a transform was made of is added to what comes back.

    So the first adds the input itself: learnt is a residual. An image is mirrored until both sides can be halved by
    every transform (published: multiples of 8), and cropped back. ``grid`` says by how many LR pixels an image may be
    moved and is restored alike.

    The first weights are torch's own, as in the authors' code.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it.
        widths: feature maps behind each transform (published: 160, 256, 256).
        layers: 3x3 convolutions of each on the way down, and as many on the way up (published: 4).
    """

    def __init__(
        self, scale: OneOrMore, widths: Filled[tuple[OneOrMore, ...]] = (160, 256, 256), layers: OneOrMore = 4
    ) -> None:
        super().__init__()
        self.scale = scale
        self.multiple = 2 ** len(widths)
        self.grid = self.multiple // gcd(self.multiple, scale)
        bands = [4 * width for width in (1, *widths[:-1])]
        levels = list(zip(bands, widths, strict=True))
        down = [chain([read, *[width] * layers]) for read, width in levels]
        up = [chain([*[width] * layers, read]) for read, width in levels]
        self.down = nn.ModuleList(each.append(nn.ReLU()) for each in down)
        self.up = nn.ModuleList([up[0], *(each.append(nn.ReLU()) for each in up[1:])])

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        height, width = ilr_y.shape[-2:]
        features = mirrored_to(ilr_y, self.multiple)
        above: list[Tensor] = []
        for down in self.down:
            above.append(features)
            features = down(haar(features))
        for up, kept in zip(reversed(self.up), reversed(above), strict=True):
            features = kept + inverse_haar(up(features))
        return {"sr_y": features[..., :height, :width]}
