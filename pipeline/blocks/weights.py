"""First weights."""

from math import prod, sqrt
from typing import Literal

import torch
from torch import nn


def he_normal(network: nn.Module, factor: float = 1.0) -> None:
    """Give every convolution normal weights of variance 2 / inputs, and biases of zero.

    Inputs are those of one output value: the pixels of the kernel times the maps it reads, whatever the stride of a
    transposed convolution, as in releases; ``with_strides`` counts it. He, Zhang, Ren, Sun, "Delving Deep into
    Rectifiers", ICCV 2015, arXiv:1502.01852, equation 10; ``msra`` in Caffe.

    Args:
        network: its convolutions, transposed ones too.
        factor: what the weights are multiplied by.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            # torch's words are those of the layout of a kernel, which a transposed one has the other way round
            inputs: Literal["fan_in", "fan_out"] = "fan_out" if isinstance(layer, nn.ConvTranspose2d) else "fan_in"
            nn.init.kaiming_normal_(layer.weight, mode=inputs, nonlinearity="relu")
            with torch.no_grad():
                layer.weight.mul_(factor)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


@torch.no_grad()
def multiply(network: nn.Module, factor: float) -> None:
    """Multiply the weights of every convolution by ``factor``."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.mul_(factor)


def with_strides(network: nn.Module) -> None:
    """Multiply the weights of transposed convolutions by their stride: so many fewer inputs reach an output value.

    In the mean it has 1 / stride² of those that ``he_normal`` counts.
    """
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            with torch.no_grad():
                layer.weight.mul_(sqrt(prod(layer.stride)))
