"""The content loss: images compared by their features in VGG-19, not by their pixels.

Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017,
arXiv:1609.04802, section 2.2.1: squared differences after the activation, ``relu2_2`` or ``relu5_4``, features divided
by 12.75. Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCVW 2018,
arXiv:1809.00219, section 3.3: before the activation, ``conv5_4``; absolute differences in the authors' code.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.blocks.reduction import reduced_to
from pipeline.bounds import Positive
from pipeline.features.vgg19 import Features
from pipeline.kinds import Store, Supplied

__all__ = ["Content"]


class Content(nn.Module):
    """The mean difference of all features of one layer.

    The truth may be a whole factor larger, and is then reduced by MATLAB's bicubic: so DSGAN compares the LR image that
    it has made, ``fields: {sr: lr_made}``.

    Args:
        store: where the weights are had; None where nothing is compared.
        layer: of VGG-19; up to ``relu3_1`` a file of 2 MB is enough.
        norm: ``l1``: absolute differences, ``l2``: squared ones.
        scaling: the factor of the features before they are compared (SRGAN: 1 / 12.75 = 0.0784; ESRGAN: 1).
    """

    def __init__(
        self,
        store: Supplied[Store | None],
        layer: Literal[
            "relu1_1",
            "relu1_2",
            "relu2_1",
            "conv2_2",
            "relu2_2",
            "pool2",
            "relu3_1",
            "conv3_4",
            "relu3_4",
            "relu4_1",
            "conv4_4",
            "relu4_4",
            "relu5_1",
            "conv5_4",
            "relu5_4",
            "pool5",
        ],
        norm: Literal["l1", "l2"] = "l1",
        scaling: Positive = 1.0,
    ) -> None:
        super().__init__()
        self.layer = layer
        self.norm = norm
        self.scaling = scaling
        self.features = Features([layer], store)

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (..., 3, H, W) and ``hr`` in [0, 1], luma as grey; ``hr`` gets no gradient."""
        made = self.features(sr)[self.layer]
        with torch.no_grad():
            true = self.features(reduced_to(hr, sr))[self.layer]
        difference = self.scaling * (made.float() - true.float())  # bf16 has too few bits for a mean
        return (difference.abs() if self.norm == "l1" else difference.square()).mean()
