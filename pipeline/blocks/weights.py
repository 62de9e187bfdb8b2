"""First weights."""

from math import prod, sqrt
from typing import Literal

import torch
from torch import nn


def he_normal(network: nn.Module, factor: float = 1.0) -> None:
    """Give every convolution normal weights of variance 2 / inputs, and biases of zero.

    Inputs are those of one output value: the pixels of the kernel times the maps it reads; of a transposed convolution
    with a stride, those that one output value has of them in the mean. He, Zhang, Ren, Sun, "Delving Deep into
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
            apart = sqrt(prod(layer.stride)) if isinstance(layer, nn.ConvTranspose2d) else 1
            with torch.no_grad():
                layer.weight.mul_(factor * apart)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
