"""Low and high frequencies: means around pixels, and what they take away."""

import pytest
import torch
from torch import Tensor

from pipeline.blocks.frequencies import high_pass, low_pass


def image() -> Tensor:
    return torch.rand(2, 3, 9, 10, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", [3, 5])
def test_a_low_frequency_is_the_mean_around_the_pixel_and_at_the_edge_of_what_is_there(size: int) -> None:
    made, half = low_pass(image(), size), size // 2

    torch.testing.assert_close(image()[..., 4 - half : 5 + half, 5 - half : 6 + half].mean((-2, -1)), made[..., 4, 5])
    torch.testing.assert_close(image()[..., : half + 1, : half + 1].mean((-2, -1)), made[..., 0, 0])


def test_both_frequencies_make_the_image() -> None:
    torch.testing.assert_close(image(), low_pass(image()) + high_pass(image()))


def test_a_flat_image_has_no_high_frequency() -> None:
    assert float(high_pass(torch.full((1, 3, 7, 7), 0.3)).abs().max()) < 1e-6
