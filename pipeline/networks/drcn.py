"""DRCN: one convolution applied sixteen times, and an image restored after each.

Kim, Lee, Lee, "Deeply-Recursive Convolutional Network for Image Super-Resolution", CVPR 2016, arXiv:1511.04491.
"""

import torch
from torch import Tensor, nn

from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["DRCN"]


class DRCN(nn.Module):
    """Embedding, recursion, and a reconstruction that serves every recursion; then a weighted mean.

    The weights of the mean are learnt, begin equal, and are divided by their sum. There is no activation between the
    convolutions of the reconstruction (unverified; ports differ). The first weights of convolutions are those of He et
    al., but for the one of the recursion, which begins as the identity: at first every recursion says the same.

    Every recursion is supervised (section 3.2), with a share that falls to zero: a loss that reads ``sr_y_each``.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it. 1 for pairs registered at one size.
        recursions: how often the one convolution is applied (paper: 16, a receptive field of 41 pixels).
        features: feature maps (paper: 256).
    """

    def __init__(self, scale: OneOrMore, recursions: OneOrMore = 16, features: OneOrMore = 256) -> None:
        super().__init__()
        self.scale = scale
        self.recursions = recursions
        self.embed = nn.Sequential(layer(1, features), nn.ReLU(), layer(features, features), nn.ReLU())
        self.recur = layer(features, features)
        self.reconstruct = nn.Sequential(layer(features, features), layer(features, 1))
        self.weight = nn.Parameter(torch.full((recursions,), 1 / recursions))
        he_normal(self)
        nn.init.dirac_(self.recur.weight)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y``, as large, and ``sr_y_each`` (B, recursions, H, W), all in [0, 1]."""
        features, each = self.embed(ilr_y), []
        for _ in range(self.recursions):
            features = self.recur(features).relu()
            each.append(ilr_y + self.reconstruct(features))
        predictions = torch.cat(each, dim=1)
        shares = (self.weight / self.weight.sum()).view(-1, 1, 1)
        return {"sr_y": (shares * predictions).sum(dim=1, keepdim=True), "sr_y_each": predictions}


def layer(reads: int, makes: int) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps the size."""
    return nn.Conv2d(reads, makes, 3, padding=1)
