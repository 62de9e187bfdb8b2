"""The texture loss: which features occur together in a small patch, not where.

Sajjadi, Schölkopf, Hirsch, "EnhanceNet: Single Image Super-Resolution Through Automated Texture Synthesis", ICCV 2017,
arXiv:1612.07919, section 4.2.3, after Gatys et al. (2015). The paper adds up relu1_1, relu2_1 and relu3_1, each with a
weight of its own, which is three losses here; how it normalises the Gram matrices, it does not say (unverified).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from pipeline.bounds import OneOrMore
from pipeline.errors import LearningError
from pipeline.features.vgg19 import Features
from pipeline.kinds import Store, Supplied

__all__ = ["Style"]

GRIDS = {"relu1_1": 1, "relu2_1": 2, "relu3_1": 4}
"""Pixels of the image for each place of the layer."""


class Style(nn.Module):
    """The mean squared difference of the Gram matrices of patches at equal places.

    A Gram matrix holds the mean, over the places of a patch, of the products of every two features.

    Args:
        store: where the weights are had; None where nothing is compared.
        layer: of VGG-19.
        patch: height and width of a patch, in pixels of the image: a multiple of 4 (paper: 16). What does not fill a
            patch at the right and the bottom is left out.
    """

    def __init__(
        self,
        store: Supplied[Store | None],
        layer: Literal["relu1_1", "relu2_1", "relu3_1"],
        patch: OneOrMore = 16,
    ) -> None:
        super().__init__()
        self.layer = layer
        self.side = patch // GRIDS[layer]
        self.features = Features([layer], store)
        if patch % GRIDS[layer]:
            raise LearningError(f"style: a patch of {patch} pixels is no multiple of the {GRIDS[layer]} of `{layer}`")

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for two tensors (..., 3, H, W) of one shape, both RGB in [0, 1]."""
        made = self._gram(sr)
        with torch.no_grad():
            true = self._gram(hr)
        return (made - true).square().mean()

    def _gram(self, image: Tensor) -> Tensor:
        """Return the Gram matrices (B, P, C, C) of the P patches of each image."""
        features = self.features(image)[self.layer]
        if min(features.shape[-2:]) < self.side:
            raise LearningError("style: a patch of the training is smaller than a patch of the loss; enlarge `patch`")
        places = unfold(features, self.side, stride=self.side)  # (B, C * side * side, P)
        by_place = places.reshape(*features.shape[:2], self.side**2, -1).movedim(-1, 1).float()
        with torch.autocast(image.device.type, enabled=False):  # bf16 has too few bits for what is subtracted
            return by_place @ by_place.transpose(-2, -1) / self.side**2
