"""Residual dense blocks, and the body of RDN: feature maps of an image, fused in each block and over all of them.

Zhang, Tian, Kong, Zhong, Fu, "Residual Dense Network for Image Super-Resolution", CVPR 2018, arXiv:1802.08797,
sections 3.1 to 3.3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ResidualDenseBlock(nn.Module):
    """3x3 convolutions that each read all that was made before, fused by a 1x1 one and added to the input.

    Args:
        features: feature maps that enter and leave (paper: G0).
        layers: 3x3 convolutions, each with a ReLU (paper: C).
        growth: feature maps that each makes (paper: G).
    """

    def __init__(self, features: int, layers: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(features + growth * before, growth, 3, padding=1) for before in range(layers)
        )
        self.fusion = nn.Conv2d(features + growth * layers, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, G0, h, w) to the same shape."""
        made = features
        for layer in self.layers:
            made = torch.cat([made, layer(made).relu()], dim=1)
        fused: Tensor = self.fusion(made)
        return features + fused


class DenseEncoder(nn.Module):
    """RDN without its upsampler: two convolutions, dense blocks one behind the other, the fusion of what all made.

    Args:
        blocks: residual dense blocks (paper: D).
        layers: convolutions in each (paper: C).
        growth: feature maps that each of them makes (paper: G).
        features: feature maps of an image (paper: G0).
    """

    def __init__(self, blocks: int, layers: int, growth: int, features: int) -> None:
        super().__init__()
        self.shallow = nn.Conv2d(3, features, 3, padding=1)
        self.deeper = nn.Conv2d(features, features, 3, padding=1)
        self.blocks = nn.ModuleList(ResidualDenseBlock(features, layers, growth) for _ in range(blocks))
        self.fusion = nn.Sequential(
            nn.Conv2d(blocks * features, features, 1), nn.Conv2d(features, features, 3, padding=1)
        )

    def forward(self, image: Tensor) -> Tensor:
        """Map an image (B, 3, h, w) to (B, G0, h, w)."""
        shallow = self.shallow(image)
        made, features = [], self.deeper(shallow)
        for block in self.blocks:
            features = block(features)
            made.append(features)
        fused: Tensor = self.fusion(torch.cat(made, dim=1))
        return shallow + fused
