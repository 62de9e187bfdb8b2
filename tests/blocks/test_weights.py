"""First weights keep the size of what goes through them."""

from __future__ import annotations

from math import sqrt

import pytest
import torch
from torch import nn

from pipeline.blocks.weights import he_normal, multiply, with_strides


@pytest.mark.parametrize("kind", [nn.Conv2d, nn.ConvTranspose2d])
def test_he_s_weights_are_normal_with_two_over_the_inputs_for_variance(
    kind: type[nn.Conv2d] | type[nn.ConvTranspose2d],
) -> None:
    torch.manual_seed(0)
    layer = kind(16, 64, 3)
    he_normal(nn.Sequential(layer))
    weight = layer.weight.detach()

    assert 0 == int(layer.get_parameter("bias").count_nonzero())
    assert pytest.approx(sqrt(2 / (16 * 9)), rel=0.03) == float(weight.std())
    assert pytest.approx(0.6827, abs=0.02) == float((weight.abs() < weight.std()).float().mean())


def test_he_s_weights_need_no_bias() -> None:
    layer = nn.Conv2d(2, 2, 3, bias=False)
    before = layer.weight.detach().clone()
    he_normal(layer)

    assert not torch.equal(before, layer.weight)


def test_with_strides_what_is_enlarged_is_as_large_as_what_is_read() -> None:
    torch.manual_seed(0)
    layer = nn.ConvTranspose2d(64, 64, 6, stride=(2, 3), padding=2)
    he_normal(layer)
    with_strides(layer)
    given = torch.randn(1, 64, 32, 32)

    assert pytest.approx(sqrt(2), rel=0.05) == float(layer(given)[..., 8:-8, 8:-8].detach().std())


def test_weights_are_multiplied_and_biases_stay() -> None:
    layer = nn.Conv2d(2, 2, 3)
    weight, bias = layer.weight.detach().clone(), layer.get_parameter("bias").detach().clone()
    multiply(nn.Sequential(layer), 0.25)

    assert torch.equal(weight / 4, layer.weight)
    assert torch.equal(bias, layer.get_parameter("bias"))
