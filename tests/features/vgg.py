"""VGG-19 with made-up weights, for whatever wants features and has no file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from pipeline.features import vgg19 as module
from pipeline.features.vgg19 import BLOCKS, SHALLOW_END, VGG19


def tensors(blocks: int = 5) -> dict[str, Tensor]:
    """Make up the weights of the first ``blocks``, under torchvision's names; no layer drowns in its bias."""
    chance = torch.Generator().manual_seed(0)
    made: dict[str, Tensor] = {}
    number, read = 0, 3
    for features, convolutions in BLOCKS[:blocks]:
        for _ in range(convolutions):
            weight = torch.empty(features, read, 3, 3)
            nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=chance)
            made |= {f"features.{number}.weight": weight}
            made |= {f"features.{number}.bias": 0.1 * torch.randn(features, generator=chance)}
            number, read = number + 2, features
        number += 1
    return made


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Tensor]:
    """Have losses use made-up weights up to relu3_1."""
    made = tensors(3)

    def shallow(layers: tuple[str, ...], _store: object) -> VGG19:
        assert max(map(module.LAYERS.index, layers)) <= module.LAYERS.index(SHALLOW_END)
        return VGG19(layers, made)

    monkeypatch.setattr(module, "vgg19", shallow)
    return made
