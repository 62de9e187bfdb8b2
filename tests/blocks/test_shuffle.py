"""Pixel shuffle is torch's, compiled or not, whatever the layout; and so is its gradient."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.blocks import shuffle
from pipeline.blocks.shuffle import PixelShuffle

LAYOUTS = (torch.contiguous_format, torch.channels_last)


def features(factor: int, layout: torch.memory_format) -> Tensor:
    made = torch.randn(2, 4 * factor**2, 3, 5, generator=torch.Generator().manual_seed(0))
    return made.to(memory_format=layout).requires_grad_()


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_the_operator_of_compiled_networks_is_torchs(factor: int, layout: torch.memory_format) -> None:
    given = features(factor, layout)
    made = shuffle._shuffled(given, factor)
    (gradient,) = torch.autograd.grad((made**2).sum(), given)

    assert torch.equal(F.pixel_shuffle(given, factor), made)
    assert torch.equal(2 * given, gradient)
    torch.library.opcheck(shuffle._shuffled, (given, factor))
    torch.library.opcheck(shuffle._gathered, (made.detach().requires_grad_(), factor))


def test_the_module_is_torchs() -> None:
    given = features(2, torch.channels_last)

    assert torch.equal(torch.nn.PixelShuffle(2)(given), PixelShuffle(2)(given))


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_compiled_it_is_torchs_and_so_is_its_gradient(layout: torch.memory_format) -> None:
    given = features(2, layout)
    compiled = torch.compile(lambda each: PixelShuffle(2)(each) * 3)
    made = compiled(given)
    (gradient,) = torch.autograd.grad((made**2).sum(), given)

    assert torch.equal(3 * F.pixel_shuffle(given, 2), made)
    assert torch.allclose(18 * given, gradient)
    assert made.is_contiguous(memory_format=layout)
