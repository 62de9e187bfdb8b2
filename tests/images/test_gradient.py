"""Laws of the gradient: its size on a slope, and that a part's is the whole's away from the cut."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.images.gradient import steepness


@pytest.mark.parametrize(("down", "right"), [(0.0, 0.0), (0.01, 0.0), (0.0, -0.02), (0.03, 0.04)])
def test_the_gradient_of_a_slope_is_its_steepness_away_from_the_edge(down: float, right: float) -> None:
    rows, columns = np.mgrid[:6, :7]
    slope = (0.5 + down * rows + right * columns).astype(np.float32)

    assert np.allclose(np.hypot(down, right), steepness(slope)[1:-1, 1:-1], atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 2), (3, 4, 5), (9, 7)])
def test_the_edge_is_its_own_neighbour(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).random(shape, np.float32)
    padded = np.pad(values, [(0, 0)] * (len(shape) - 2) + [(1, 1)] * 2, mode="edge")
    rows = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2
    columns = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2

    assert np.allclose(np.hypot(rows, columns), steepness(values), atol=1e-6)
