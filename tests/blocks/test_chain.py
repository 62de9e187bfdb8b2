"""A chain has a ReLU between its convolutions and none at its end, and keeps the size."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pipeline.blocks.chain import chain


def test_it_rectifies_between_its_convolutions_and_keeps_the_size() -> None:
    network = chain([2, 4, 6, 1], [5, 3, 1])
    first, second, last = (each for each in network if isinstance(each, nn.Conv2d))
    given = torch.rand(1, 2, 7, 9)

    assert torch.equal(last(second(first(given).relu()).relu()), network(given))
    assert [(4, 2, 5, 5), (6, 4, 3, 3), (1, 6, 1, 1)] == [tuple(each.weight.shape) for each in (first, second, last)]
    assert (1, 1, 7, 9) == network(given).shape


def test_kernels_are_three_by_three_where_nothing_is_said() -> None:
    assert [(3, 3), (3, 3)] == [each.kernel_size for each in chain([1, 2, 3]) if isinstance(each, nn.Conv2d)]


@pytest.mark.parametrize("kernels", [[3], [3, 3, 3]])
def test_every_convolution_has_one_kernel(kernels: list[int]) -> None:
    with pytest.raises(ValueError, match="zip"):
        chain([1, 2, 3], kernels)
