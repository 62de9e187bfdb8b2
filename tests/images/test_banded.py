"""Resizing by matrix products in float32 gives the pixels of float64 sums in their order, to the bit."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import DTypeLike, NDArray

from pipeline.images import banded, threads
from pipeline.images.resize import resize
from pipeline.images.taps import Border, Kernel
from tests.images.resizing import plain

SIDES = st.integers(1, 80)
KERNELS = st.sampled_from(get_args(Kernel))
BORDERS = st.sampled_from(get_args(Border))
SHAPES = [(), (1,), (3,), (4,), (5,), (33,)]


def levels(shape: tuple[int, ...], seed: int, extreme: bool = False) -> NDArray[np.uint8]:
    drawn = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    return np.where(drawn < 128, 0, 255).astype(np.uint8) if extreme else drawn


def same(expected: NDArray[Any], made: NDArray[Any]) -> bool:
    return (expected.dtype, expected.shape, expected.tobytes()) == (made.dtype, made.shape, made.tobytes())


@settings(max_examples=150, deadline=None)
@given(
    st.tuples(SIDES, SIDES),
    st.tuples(SIDES, SIDES),
    st.sampled_from(SHAPES),
    KERNELS,
    BORDERS,
    st.integers(0),
    st.booleans(),
)
def test_every_pixel_is_that_of_the_plain_sums(
    sides: tuple[int, int],
    size: tuple[int, int],
    channels: tuple[int, ...],
    kernel: Kernel,
    border: Border,
    seed: int,
    extreme: bool,
) -> None:
    image = levels((*sides, *channels), seed, extreme)

    assert same(plain(image, size, kernel, border), resize(image, size, kernel=kernel, border=border))


@settings(max_examples=80, deadline=None)
@given(st.tuples(SIDES, SIDES), st.integers(2, 9), st.booleans(), KERNELS, BORDERS, st.integers(0))
def test_every_pixel_of_a_whole_factor_is_that_of_the_plain_sums(
    sides: tuple[int, int], factor: int, shrinks: bool, kernel: Kernel, border: Border, seed: int
) -> None:
    grown = (sides[0] * factor, sides[1] * factor)
    before, after = (grown, sides) if shrinks else (sides, grown)
    image = levels((*before, 3), seed)

    assert same(plain(image, after, kernel, border), resize(image, after, kernel=kernel, border=border))


@pytest.mark.parametrize("size", [(300, 200), (217, 311), (451, 150), (100, 700), (5, 600), (1200, 5)])
@pytest.mark.parametrize("kernel", ["bicubic", "lanczos3"])
def test_an_image_of_many_strips_and_parts_is_that_of_the_plain_sums(kernel: Kernel, size: tuple[int, int]) -> None:
    image = levels((600, 500, 3), 0)

    assert same(plain(image, size, kernel), resize(image, size, kernel=kernel))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [(300, 200), (451, 700)])
def test_real_numbers_keep_their_bits_on_all_cores(dtype: DTypeLike, size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random((600, 500, 3)).astype(dtype)

    assert same(plain(image, size), resize(image, size))


def test_sums_that_lie_between_two_levels_are_rounded_as_the_plain_ones() -> None:
    image = np.tile(np.arange(0, 240, dtype=np.uint8), (40, 1))  # three quarters of a ramp: every fourth is a half

    assert same(plain(image, (30, 180)), resize(image, (30, 180)))


def test_that_proof_is_not_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    image = levels((600, 500, 3), 0)
    monkeypatch.setattr(banded, "_doubt", lambda _: 0.0)
    banded._bands.cache_clear()
    try:
        assert not same(plain(image, (451, 381)), resize(image, (451, 381)))
    finally:
        banded._bands.cache_clear()


@pytest.mark.parametrize(("inputs", "outputs"), [(64, 32), (64, 16), (64, 128), (64, 256)])
def test_halving_and_doubling_is_exact_in_any_order(inputs: int, outputs: int) -> None:
    assert 0 == banded._bands(inputs, outputs, "bicubic", "symmetric").doubt


@pytest.mark.parametrize(("inputs", "outputs"), [(63, 21), (64, 48), (40, 63)])
def test_sums_in_float32_are_within_the_doubt(inputs: int, outputs: int) -> None:
    bands = banded._bands(inputs, outputs, "lanczos3", "symmetric")
    image = levels((inputs, 4000), 1, extreme=True)
    exact = np.zeros((outputs, 4000))
    for needed, weights in zip(bands.lines, bands.weights, strict=True):
        exact += weights[:, None] * image[needed]
    sums = np.concatenate([banded._sums(part, image) for part in banded._parts(bands.runs, 4000)])

    assert 0 < np.abs(sums - exact).max() < bands.doubt < 0.01


def test_a_part_of_a_picture_is_resized_without_a_copy_of_its_own() -> None:
    image = levels((90, 120, 3), 0)

    assert same(plain(image[3:87, 5:113], (42, 54)), resize(image[3:87, 5:113], (42, 54)))
    assert same(plain(image[..., ::-1], (45, 60)), resize(image[..., ::-1], (45, 60)))


def test_a_clip_is_resized_as_its_frames() -> None:
    clip = levels((2, 40, 44, 3), 0)

    assert same(plain(clip, (20, 33)), resize(clip, (20, 33)))


def test_one_core_and_many_give_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    image = levels((600, 500, 3), 0)
    made = []
    for cores in (1, 5):
        monkeypatch.setattr(threads, "cores", lambda cores=cores: cores)
        made.append(resize(image, (217, 311)))

    assert same(*made)
