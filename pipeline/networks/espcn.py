"""ESPCN: convolutions on LR luma, enlarged at the very end by a sub-pixel convolution.

Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
Network", CVPR 2016, arXiv:1609.05158.
"""

from torch import Tensor, nn

from pipeline.blocks.shuffle import pixel_shuffle
from pipeline.bounds import OneOrMore

__all__ = ["ESPCN"]


class ESPCN(nn.Module):
    """The 5-3-3 network with tanh, the paper's final choice for images.

    Args:
        scale: HR pixels per LR pixel.
        widths: feature maps after the first and the second convolution; the paper's are 64, 32.
    """

    def __init__(self, scale: OneOrMore, widths: tuple[OneOrMore, OneOrMore] = (64, 32)) -> None:
        super().__init__()
        self.scale = scale
        self.extract = nn.Conv2d(1, widths[0], 5, padding=2)
        self.map = nn.Conv2d(widths[0], widths[1], 3, padding=1)
        self.enlarge = nn.Conv2d(widths[1], scale**2, 3, padding=1)

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), both in [0, 1]."""
        features = self.map(self.extract(lr_y).tanh()).tanh()
        return {"sr_y": pixel_shuffle(self.enlarge(features), self.scale)}
