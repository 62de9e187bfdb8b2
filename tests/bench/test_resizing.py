"""The peer that resizes a line at a time computes what we do."""

import numpy as np
import pytest
import torch

from bench.peers.resizing import bicubic, columns, rows
from pipeline.images.resize import resize


@pytest.mark.parametrize(("size", "factor"), [((12, 14), 1 / 2), ((12, 15), 1 / 3), ((12, 16), 1 / 4), ((7, 9), 2)])
def test_its_weights_are_matlabs(size: tuple[int, int], factor: float) -> None:
    image = np.random.default_rng(0).random((*size, 3)).astype(np.float32)
    made = columns(rows(torch.from_numpy(image).movedim(-1, 0), factor), factor).movedim(0, -1).numpy()

    height, width = made.shape[:2]
    np.testing.assert_allclose(resize(image, (height, width)), made, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 4])
def test_its_pixels_are_matlabs(scale: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)

    np.testing.assert_array_equal(resize(image, (24 // scale, 32 // scale)), bicubic(image, 1 / scale))
