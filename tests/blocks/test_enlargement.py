"""The bicubic enlargement on tensors is MATLAB's, beyond the edge too."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.blocks.enlargement import Enlargement
from pipeline.blocks.mirror import mirrored
from pipeline.images.resize import resize


def image(height: int, width: int) -> Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 7), (6, 5)])
def test_it_is_the_enlargement_of_matlab(factor: int, size: tuple[int, int]) -> None:
    lr = image(*size)
    expected = resize(lr.movedim(1, -1).numpy(), (size[0] * factor, size[1] * factor))

    torch.testing.assert_close(torch.from_numpy(expected).movedim(-1, 1), Enlargement(factor)(lr), rtol=0, atol=2e-6)


def test_every_pixel_gets_a_gradient() -> None:
    lr = image(4, 3).requires_grad_()
    Enlargement(3)(lr).square().sum().backward()

    assert lr.grad is not None
    assert bool(lr.grad.all())


def test_it_has_nothing_to_learn_or_to_save() -> None:
    assert {} == Enlargement(3).state_dict()
    assert [] == [*Enlargement(3).parameters()]


@pytest.mark.parametrize(
    ("length", "lines"),
    [(1, [0, 0, 0, 0, 0, 0, 0]), (2, [1, 1, 0, 0, 1, 1, 0, 0]), (4, [2, 1, 0, 0, 1, 2, 3, 3, 2, 1])],
)
def test_the_edge_is_mirrored_as_often_as_it_takes(length: int, lines: list[int]) -> None:
    across = torch.arange(length).expand(1, 2, length)

    assert [lines] * 2 == mirrored(across, -1, 3, 3)[0].tolist()
