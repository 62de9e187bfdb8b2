"""Recursion: convolutions that serve every turn, behind normalisations of which each turn has its own.

Tai, Yang, Liu, "Image Super-Resolution via Deep Recursive Residual Network", CVPR 2017, section 3, and Tai, Yang, Liu,
Xu, "MemNet: A Persistent Memory Network for Image Restoration", ICCV 2017, arXiv:1708.02209, section 3.2.
"""

from torch import Tensor, nn


class PreActivation(nn.Sequential):
    """Batch normalisation, ReLU, and a convolution without bias, in this order.

    Maps (B, reads, H, W) to (B, makes, H, W).

    Args:
        reads: feature maps before it.
        makes: feature maps behind it.
        kernel: height and width of the kernel in pixels, odd.
    """

    def __init__(self, reads: int, makes: int, kernel: int) -> None:
        convolution = nn.Conv2d(reads, makes, kernel, padding=kernel // 2, bias=False)
        super().__init__(nn.BatchNorm2d(reads), nn.ReLU(), convolution)


class RecursiveResidual(nn.Module):
    """Two pre-activated 3x3 convolutions, to be run ``turns`` times with the same weights.

    What is added to the residual is its user's affair: DRRN adds where the recursion began, MemNet the turn before.

    Args:
        features: feature maps.
        turns: normalisations in front of each convolution: as many as it runs.
    """

    def __init__(self, features: int, turns: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.second = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.first_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(turns))
        self.second_norms = nn.ModuleList(nn.BatchNorm2d(features) for _ in range(turns))

    def forward(self, features: Tensor, turn: int) -> Tensor:
        """Map (B, C, H, W) to its residual of the same shape in ``turn``, counted from 0."""
        inside = self.first(self.first_norms[turn](features).relu())
        residual: Tensor = self.second(self.second_norms[turn](inside).relu())
        return residual
