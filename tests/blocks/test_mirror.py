"""A mirrored image begins with the image, goes on as NumPy's symmetric padding, and is no longer than it must be."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipeline.blocks.mirror import mirrored_to


@pytest.mark.parametrize("multiple", [1, 2, 8])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (8, 5), (13, 17), (16, 24)])
def test_it_is_lengthened_below_and_on_the_right_by_its_mirror(size: tuple[int, int], multiple: int) -> None:
    given = torch.rand(2, 3, *size)
    below, beside = (-side % multiple for side in size)
    expected = np.pad(given.numpy(), [(0, 0), (0, 0), (0, below), (0, beside)], mode="symmetric")

    assert np.array_equal(expected, mirrored_to(given, multiple).numpy())


def test_an_image_that_is_long_enough_is_not_copied() -> None:
    given = torch.rand(1, 1, 8, 16)

    assert mirrored_to(given, 8) is given
