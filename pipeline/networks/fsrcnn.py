"""FSRCNN: an hourglass of small convolutions on LR luma, enlarged at the very end by a transposed convolution.

Dong, Loy, Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016, arXiv:1608.00367.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["FSRCNN"]


class FSRCNN(nn.Module):
    """FSRCNN(d, s, m) on luma.

    Args:
        scale: HR pixels per LR pixel.
        features: d, the features of the first and the last layer (paper: 56; FSRCNN-s: 32).
        shrunk: s, the features between them (paper: 12; FSRCNN-s: 5).
        mappings: m, the 3x3 layers between shrinking and expanding (paper: 4; FSRCNN-s: 1).
    """

    def __init__(
        self, scale: OneOrMore, features: OneOrMore = 56, shrunk: OneOrMore = 12, mappings: ZeroOrMore = 4
    ) -> None:
        super().__init__()
        self.scale = scale
        self.extract = nn.Sequential(nn.Conv2d(1, features, 5, padding=2), nn.PReLU(features))
        self.shrink = nn.Sequential(nn.Conv2d(features, shrunk, 1), nn.PReLU(shrunk))
        layers = [(nn.Conv2d(shrunk, shrunk, 3, padding=1), nn.PReLU(shrunk)) for _ in range(mappings)]
        self.map = nn.Sequential(*(layer for pair in layers for layer in pair))
        self.expand = nn.Sequential(nn.Conv2d(shrunk, features, 1), nn.PReLU(features))
        self.enlarge = nn.ConvTranspose2d(features, 1, 9, stride=scale, padding=4, output_padding=scale - 1)
        self._initialise()

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        """Map ``lr_y`` (B, 1, h, w) to ``sr_y`` (B, 1, h * scale, w * scale), both in [0, 1]."""
        features = self.expand(self.map(self.shrink(self.extract(lr_y))))
        return {"sr_y": self.enlarge(features)}

    def _initialise(self) -> None:
        """He for PReLU, and small Gaussian weights of the last layer (section 4.1: deviation 0.001)."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, a=0.25)
                nn.init.zeros_(torch.as_tensor(layer.bias))
        nn.init.normal_(self.enlarge.weight, std=1e-3)
        nn.init.zeros_(torch.as_tensor(self.enlarge.bias))
