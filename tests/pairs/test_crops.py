"""Laws of where patches are cut: as often as there is detail, by what is stated, and even where there is none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_float
from pipeline.kinds import Sample
from pipeline.lookup import settings
from pipeline.pairs.batches import Batches
from pipeline.pairs.crops import FLAT, Detailed
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.shards.writing import pack

SCALE, PATCH, DRAWS = 2, 3, 3000


def levels(*shape: int) -> NDArray[np.uint8]:
    """Return noise that grows to the right and downwards."""
    noise = np.random.default_rng(0).integers(-100, 101, shape)
    height, width = shape[-3:-1]
    slope = np.linspace(0, 1, height)[:, None, None] * np.linspace(0.1, 1, width)[:, None]
    return (128 + noise * slope).astype(np.uint8)


def pairs_of(folder: Path, *samples: Sample) -> PairSet:
    """Make pairs with the LR that is given, or with a bicubic one."""
    pack(samples, None, folder / "shards")
    lr = any("lr" in sample.planes for sample in samples)
    chain = "given" if lr else [{"resize": {"to": "target", "kernel": "bicubic"}}]
    block = {"source": "s", "scale": SCALE, "learner": "scratch", "rounding": "uint8", "degradation": chain}
    make_pairs(settings(Pairs, block), "p", shards=folder / "shards", learner=folder, out=folder / "pairs", seed=1)
    return PairSet(folder / "pairs")


def chances(grey: NDArray[np.float64], scale: int, patch: int = PATCH) -> NDArray[np.float64]:
    """Return the stated chance of every window of the LR grid, from the luma of frames (T, H, W) in [0, 1]."""
    frames = [np.gradient(np.pad(frame, 1, mode="edge")) for frame in grey]
    steep = sum(np.hypot(rows, columns)[1:-1, 1:-1] + FLAT for rows, columns in frames)
    side = patch * scale
    windows = np.lib.stride_tricks.sliding_window_view(steep, (side, side)).sum(axis=(-2, -1))[::scale, ::scale]
    return windows / windows.sum()


def drawn(pairs: PairSet, patch: int = PATCH) -> Counter[tuple[int, int]]:
    crops, rng = Detailed(pairs, patch), np.random.default_rng(7)
    windows = [crops.window(pairs.entries[0], rng) for _ in range(DRAWS)]
    assert {(patch, patch)} == {(each.height, each.width) for each in windows}
    return Counter((each.top, each.left) for each in windows)


def far(found: Counter[tuple[int, int]], expected: NDArray[np.float64]) -> float:
    """Return chi-square over its degrees of freedom, 1 in the mean where windows come up as often as expected."""
    counts = np.zeros(expected.shape)
    for place, count in found.items():
        counts[place] = count
    return float(((counts - DRAWS * expected) ** 2 / (DRAWS * expected)).sum() / (expected.size - 1))


HR = levels(2 * 9, 2 * 11, 3)
CLIP = np.stack([levels(18, 22, 3), np.zeros((18, 22, 3), np.uint8)])


@pytest.mark.parametrize(
    ("planes", "seen", "scale"),
    [
        ({"hr": HR}, luma(HR)[None], SCALE),
        ({"hr": HR, "lr": np.zeros((9, 11, 3), np.uint8)}, luma(HR)[None], SCALE),
        ({"hr": HR[..., :1]}, HR[None, ..., 0], SCALE),
        ({"lr": HR[:9, :11]}, luma(HR[:9, :11])[None], 1),
        ({"hr": CLIP, "lr": CLIP[:, ::2, ::2]}, luma(CLIP), SCALE),
        ({"hr": levels(19, 23, 3)}, luma(levels(19, 23, 3)[:18, :22])[None], SCALE),
    ],
    ids=["hr", "hr beside lr", "grey", "lr alone", "clip", "no multiple of the scale"],
)
def test_a_window_comes_up_as_often_as_there_is_detail_in_it(
    tmp_path: Path, planes: dict[str, NDArray[np.uint8]], seen: NDArray[np.uint8], scale: int
) -> None:
    pairs = pairs_of(tmp_path, Sample("a", planes))
    expected, found = chances(to_float(seen).astype(np.float64), scale), drawn(pairs)

    assert (7, 9) == expected.shape
    assert far(found, expected) < 1.6
    assert far(found, np.full(expected.shape, 1 / expected.size)) > 10


@pytest.mark.parametrize("patch", [1, 5, 8])
def test_so_does_one_that_is_larger_than_half_of_the_image_or_a_pixel(tmp_path: Path, patch: int) -> None:
    expected = chances(to_float(luma(HR))[None].astype(np.float64), SCALE, patch)

    assert far(drawn(pairs_of(tmp_path, Sample("a", {"hr": HR})), patch), expected) < 1.8


def test_a_constant_image_is_cut_evenly(tmp_path: Path) -> None:
    found = drawn(pairs_of(tmp_path, Sample("a", {"hr": np.full((18, 22, 3), 77, np.uint8)})))

    assert 63 == len(found)
    assert far(found, np.full((7, 9), 1 / 63)) < 1.6


def test_a_patch_as_large_as_the_image_is_the_image(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, Sample("a", {"hr": levels(6, 6, 3)}))

    assert {(0, 0): DRAWS} == drawn(pairs)


@pytest.mark.parametrize("detailed", [(0, 0), (17, 21), (9, 10)])
def test_one_dot_draws_the_windows_to_itself(tmp_path: Path, detailed: tuple[int, int]) -> None:
    hr = np.full((18, 22, 3), 77, np.uint8)
    hr[detailed] = 200
    found = drawn(pairs_of(tmp_path, Sample("a", {"hr": hr})))

    near = [sum(count for (top, left), count in found.items() if touches(top, left, *detailed))]
    assert DRAWS * 0.99 < near[0] <= DRAWS


def touches(top: int, left: int, row: int, column: int) -> bool:
    """Tell whether a window holds a pixel beside the one at (row, column) of HR, or that one."""
    own = SCALE * top - 1 <= row <= SCALE * (top + PATCH), SCALE * left - 1 <= column <= SCALE * (left + PATCH)
    return all(own)


def stream(pairs: PairSet, *fields: str, **options: Any) -> Batches:
    usual = {"size": 3, "patch": PATCH, "augment": "dihedral", "stream": (1, "model")}
    return Batches(pairs, fields, **{**usual, **options})


def test_even_is_the_stream_that_always_was_and_detailed_another(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, Sample("a", {"hr": HR}))
    plain, even, detailed = (
        stream(pairs, "lr"),
        stream(pairs, "lr", crops="even"),
        stream(pairs, "lr", crops="detailed"),
    )

    assert all(np.array_equal(plain[n]["lr"], even[n]["lr"]) for n in range(4))
    assert not any(np.array_equal(plain[n]["lr"], detailed[n]["lr"]) for n in range(4))


def test_the_nth_detailed_sample_is_a_function_of_the_stream_and_n_alone(tmp_path: Path) -> None:
    sides = [Sample(f"h{n}", {"hr": np.rot90(levels(30, 30, 3), n)}) for n in range(3)]
    sides += [Sample(f"l{n}", {"lr": np.rot90(levels(14, 14, 3), n)}) for n in range(3)]
    pairs = pairs_of(tmp_path, *sides)
    threes = stream(pairs, "lr", "hr", crops="detailed")

    for name, values in threes[4].items():
        alone = [stream(pairs, "lr", "hr", crops="detailed", size=2).sample(12 + i)[name] for i in range(3)]
        assert np.array_equal(np.stack(alone), to_float(values))


def test_what_is_kept_of_an_image_is_a_number_for_each_row(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, Sample("a", {"hr": levels(100, 400, 3)}))
    crops = Detailed(pairs, PATCH)
    crops.window(pairs.entries[0], np.random.default_rng(0))

    (kept,) = crops._rows.values()
    assert kept.nbytes <= 8 * 50
