"""Low and high frequencies: together they are the image, and each is what it says."""

import pytest
import torch

from pipeline.blocks.frequencies import high_pass, low_pass


def noise(height: int = 9, width: int = 11) -> torch.Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("size", [1, 3, 5])
def test_low_and_high_together_are_the_image(size: int) -> None:
    image = noise()

    assert image.shape == low_pass(image, size).shape
    torch.testing.assert_close(image, low_pass(image, size) + high_pass(image, size))


def test_the_low_part_is_the_mean_of_five_by_five_pixels() -> None:
    image = noise()

    torch.testing.assert_close(image[..., 2:7, 3:8].mean((-2, -1)), low_pass(image)[..., 4, 5])


def test_beyond_the_edge_nothing_counts() -> None:
    image = noise()

    torch.testing.assert_close(image[..., :3, :3].mean((-2, -1)), low_pass(image)[..., 0, 0])
    torch.testing.assert_close(torch.zeros(1, 3, 8, 8), high_pass(torch.full((1, 3, 8, 8), 0.7)))


def test_a_window_without_a_middle_is_refused() -> None:
    with pytest.raises(AssertionError, match="a window of 4 pixels has no middle"):
        low_pass(noise(), 4)
