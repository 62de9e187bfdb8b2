"""Counts of photons follow Poisson's law at every grey level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.images.photons import counted

MANY = 40_000


@pytest.mark.parametrize("photons", [1, 16, 256])
@pytest.mark.parametrize("level", [1, 40, 255])
def test_counts_are_distributed_as_poisson_says(photons: int, level: int) -> None:
    mean = level * photons / 255
    found = counted(np.full(MANY, level, np.uint8), photons, np.random.default_rng(level))

    edges = np.unique(stats.poisson.ppf(np.linspace(0.02, 0.98, 25), mean))
    expected = np.diff([0.0, *stats.poisson.cdf(edges, mean), 1.0]) * MANY
    seen = np.bincount(np.searchsorted(edges, found), minlength=len(expected))

    assert stats.chisquare(seen, expected * (MANY / expected.sum())).pvalue > 1e-3


def test_counts_have_the_mean_and_the_variance_of_their_own_level() -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8), 4000).reshape(256, 4000)
    mean = np.arange(256) * (64 / 255)

    found = counted(levels, 64, np.random.default_rng(1))

    assert 0 == found[0].max()
    assert np.abs(found.mean(1) - mean).max() < 5 * (64 / 4000) ** 0.5
    assert np.allclose(mean[9:], found[9:].var(1), rtol=0.15)


@pytest.mark.parametrize("photons", [1, 2, 64, 256])
def test_the_extremes_of_the_uniform_numbers_stay_among_the_counts_of_their_level(photons: int) -> None:
    class Extreme(np.random.Generator):
        def integers(self, *_: object, **__: object) -> np.ndarray:  # type: ignore[override]
            return np.repeat(np.array([0, 2**32 - 2, 2**32 - 1], np.uint32), 256)

    levels = np.tile(np.arange(256, dtype=np.uint8), 3)

    found = counted(levels, photons, Extreme(np.random.PCG64(1))).reshape(3, 256)

    mean = np.arange(256) * (photons / 255)
    assert np.all(found[0] <= mean)
    assert np.array_equal(found[1], found[2])
    assert np.all(np.abs(found[1] - stats.poisson.isf(2.0**-32, mean)) <= 1)
