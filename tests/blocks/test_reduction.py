"""The bicubic reduction on tensors is MATLAB's, and lets gradients through."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.blocks.reduction import Reduction, reduced_to
from pipeline.images.resize import resize


def image(height: int, width: int) -> Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))


def matlab(given: Tensor, size: tuple[int, int]) -> Tensor:
    return torch.from_numpy(resize(given.movedim(1, -1).numpy(), size)).movedim(-1, 1)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 7), (6, 5)])
def test_it_is_the_reduction_of_matlab(factor: int, size: tuple[int, int]) -> None:
    hr = image(size[0] * factor, size[1] * factor)

    torch.testing.assert_close(matlab(hr, size), Reduction(factor)(hr), rtol=0, atol=2e-6)


def test_lines_that_do_not_fill_a_pixel_are_left_out() -> None:
    hr = image(14, 19)

    assert torch.equal(Reduction(4)(hr[..., :12, :16]), Reduction(4)(hr))


def test_every_pixel_gets_a_gradient() -> None:
    hr = image(12, 8).requires_grad_()
    Reduction(4)(hr).square().sum().backward()

    assert hr.grad is not None
    assert bool(hr.grad.all())


def test_it_has_nothing_to_learn_or_to_save() -> None:
    assert {} == Reduction(3).state_dict()
    assert [] == [*Reduction(3).parameters()]


def test_an_image_of_the_right_size_stays_as_it_is() -> None:
    hr = image(6, 8)

    assert reduced_to(hr, hr) is hr
    assert torch.equal(Reduction(2)(hr), reduced_to(hr, torch.zeros(1, 3, 3, 4)))
