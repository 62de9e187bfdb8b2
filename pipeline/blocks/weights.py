"""First weights."""

from typing import Literal

from torch import nn


def he_normal(network: nn.Module) -> None:
    """Give every convolution normal weights of variance 2 / inputs, and biases of zero.

    Inputs are those of one output value: the pixels of the kernel times the maps it reads. He, Zhang, Ren, Sun,
    "Delving Deep into Rectifiers", ICCV 2015, arXiv:1502.01852, equation 10; ``msra`` in Caffe.

    Args:
        network: its convolutions, and transposed ones without a stride.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            # torch's words are those of the layout of a kernel, which a transposed one has the other way round
            inputs: Literal["fan_in", "fan_out"] = "fan_out" if isinstance(layer, nn.ConvTranspose2d) else "fan_in"
            nn.init.kaiming_normal_(layer.weight, mode=inputs, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
