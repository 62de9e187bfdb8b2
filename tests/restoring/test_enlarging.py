"""Enlarging in tiles gives what one pass over the whole picture gives, whatever its kind and depth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.errors import BatchError, ImageError
from pipeline.images.resize import resize
from pipeline.learning.arithmetic import Arithmetic
from pipeline.learning.recipe import Recipe
from pipeline.lookup import build
from pipeline.restoring.enlarging import LARGEST, Enlarger, window_for
from pipeline.restoring.image import restore
from pipeline.restoring.reach import ALIGNED, Reach, reach_of
from pipeline.restoring.tiles import spans, tiles
from tests.nets import RESTORERS, SCALED, small

CPU = torch.device("cpu")
TIPPED = 1e-4
"""The share of values that may differ by one level: a convolution over other blocks adds in another order, and where a
value lies between two levels, its last bit decides. On the machines tried, no value did."""


class Pooled(nn.Module):
    """Looks at the whole image: subtracts its mean."""

    scale = 2

    def forward(self, lr: Tensor) -> Tensor:
        large = lr.repeat_interleave(2, -1).repeat_interleave(2, -2)
        return large - lr.mean(dim=(-2, -1), keepdim=True) + 0.5


class Clip(nn.Module):
    """Restores clips."""

    scale = 2

    def forward(self, lr: Tensor) -> Tensor:
        return lr[:, None]


class Referenced(nn.Module):
    """Reads a reference."""

    scale = 2

    def forward(self, lr: Tensor, ref: Tensor) -> Tensor:
        return lr + ref


def fixed(network: nn.Module) -> Recipe:
    recipe: Recipe = build("recipes", {"name": "fixed"}, network=network)
    return recipe.eval()


def recipe_of(name: str, scale: int = 2) -> Recipe:
    return fixed(small(name, scale))


def enlarging(recipe: Recipe, scale: int = 2, more: int = 16) -> Enlarger:
    reach = reach_of(recipe, scale, CPU)
    return Enlarger(recipe, scale, reach, 2 * (reach.pixels or 0) + more, CPU)


def picture(height: int, width: int, channels: int, dtype: type = np.uint8) -> NDArray[Any]:
    """Make a smooth picture, whose values lie anywhere between two levels once it is enlarged."""
    chance = np.random.default_rng(5).integers(0, 256, (7, 9, channels)).astype(np.float32)
    smooth = np.clip(resize(chance, (height, width)), 0, 255)
    return (smooth * (257 if dtype is np.uint16 else 1)).astype(dtype)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("name", "scale"), SCALED)
def test_tiles_give_what_one_pass_over_the_whole_gives(name: str, scale: int, precision: str) -> None:
    recipe = recipe_of(name, scale)
    recipe.arithmetic = Arithmetic(CPU, precision, compiled=False)
    enlarge = enlarging(recipe, scale)
    height, width = enlarge.window + 13, enlarge.window + 29
    pixels = picture(height, width, 3)
    whole = restore(recipe, {"lr": pixels}, scale, CPU).pixels
    assert whole is not None

    tiled = enlarge(pixels)

    assert (height * scale, width * scale, 3) == tiled.shape
    difference = np.abs(tiled.astype(int) - whole)
    assert difference.max() <= 1
    assert difference.mean() <= TIPPED


@pytest.mark.parametrize("name", RESTORERS)
def test_bf16_moves_pixels_by_little(name: str) -> None:
    recipe, pixels = recipe_of(name), picture(40, 56, 3)
    exact = enlarging(recipe, more=64)(pixels)
    recipe.arithmetic = Arithmetic(CPU, "bf16", compiled=False)

    moved = np.abs(enlarging(recipe, more=64)(pixels).astype(int) - exact)

    assert moved.mean() <= 0.5
    assert moved.max() <= 4


NEAR = [name for name in RESTORERS if not getattr(small(name), "looks_far", False)]


@pytest.mark.parametrize("name", NEAR)
def test_what_lies_beyond_the_reach_changes_nothing_and_what_lies_within_does(name: str) -> None:
    recipe = recipe_of(name)
    reach = reach_of(recipe, 2, CPU).pixels
    assert reach is not None
    beyond = 2 * ALIGNED
    pixels = picture(2 * (beyond + reach), 24, 3)
    middle, changed = slice(2 * (beyond + reach), 2 * (beyond + reach) + 8), pixels.copy()
    changed[:beyond] ^= 255
    before, after = (restore(recipe, {"lr": each}, 2, CPU).pixels for each in (pixels, changed))
    assert before is not None
    assert after is not None

    assert np.array_equal(before[middle], after[middle])
    assert not np.array_equal(before[: 2 * beyond], after[: 2 * beyond])


@pytest.mark.parametrize(
    ("name", "options", "pixels"),
    [
        ("bicubic", {}, 8),  # 2 of the interpolation
        ("espcn", {}, 8),  # 2 + 1 + 1
        ("edsr", {"blocks": 16, "features": 4}, 40),  # 1 + 16 x 2 + 1 + 1 + 1
        ("edsr", {"blocks": 32, "features": 4}, 72),
        ("vdsr", {"features": 4}, 16),  # 20 HR pixels, and 2 of the interpolation
        ("lrfnet", {"features": 4}, 32),  # 1 + 12 x 4 + 1 HR pixels, and 2 of the interpolation
        ("cnf", {"widths": [4, 4]}, 16),  # 4 + 2 + 8 + 2 of the deepest, and 1 that fuses
        ("dwsr", {"features": 4}, 16),  # 12 pairs of HR pixels, and 2 of the interpolation
        ("mwcnn", {"widths": [4, 4, 4]}, 64),  # 8 x (2 + 4 + 8) HR pixels, and 2 of the interpolation
        ("drcn", {"features": 4}, 16),  # 2 + 16 + 2 HR pixels
        ("red", {"features": 4}, 24),  # 15 + 15
        ("drrn", {"features": 4}, 32),  # 1 + 25 x 2 + 1
        ("memnet", {"features": 4}, 40),  # 1 + 6 x 6 x 2 + 1
    ],
)
def test_the_reach_is_what_the_layers_add_up_to(name: str, options: dict[str, Any], pixels: int) -> None:
    assert pixels == reach_of(fixed(build("networks", {"name": name, "scale": 2, **options})), 2, CPU).pixels


def test_memory_is_what_the_largest_layer_reads_and_writes() -> None:
    recipe = fixed(build("networks", {"name": "edsr", "scale": 2, "blocks": 1, "features": 8}))
    largest = 4 * 8 + 4 * 3  # the last convolution: 8 features in, 3 channels out, on four times the pixels
    shuffled = 8 * 4 + 8 * 4  # the pixel shuffle
    assert shuffled > largest

    assert 4 * shuffled == reach_of(recipe, 2, CPU).memory


def test_a_network_that_depends_on_the_size_of_the_image_says_so_and_gets_it_in_one_piece() -> None:
    recipe, pixels = recipe_of("low_to_high"), picture(45, 61, 3)
    whole = restore(recipe, {"lr": pixels}, 2, CPU).pixels
    assert whole is not None

    assert reach_of(recipe, 2, CPU).pixels is None
    assert np.array_equal(whole, enlarging(recipe)(pixels))


def test_tiles_begin_on_the_grid_of_a_network_that_says_how_coarse_it_is() -> None:
    network = build("networks", {"name": "mwcnn", "scale": 2, "widths": [4] * 5, "layers": 1})
    enlarge = enlarging(fixed(network))
    pixels = picture(enlarge.window + 13, enlarge.window + 29, 3)
    whole = restore(enlarge.recipe, {"lr": pixels}, 2, CPU).pixels
    assert whole is not None
    off = replace(enlarge, reach=replace(enlarge.reach, grid=1), window=enlarge.window - 7)

    assert 16 == enlarge.reach.grid  # 32 HR pixels
    assert np.array_equal(whole, enlarge(pixels))
    assert not np.array_equal(whole, off(pixels))


def test_a_network_that_looks_at_the_whole_image_gets_it_in_one_piece() -> None:
    recipe = fixed(Pooled())
    pixels = picture(45, 61, 3)
    reach = reach_of(recipe, 2, CPU)

    whole = restore(recipe, {"lr": pixels}, 2, CPU).pixels
    assert whole is not None

    assert reach.pixels is None
    assert np.array_equal(whole, Enlarger(recipe, 2, reach, 8, CPU)(pixels))


def test_a_recipe_that_learns_from_the_image_gets_it_in_one_piece() -> None:
    spec = {
        "name": "zero_shot",
        "losses": {"l1": 1.0},
        "optimizer": {"name": "adam", "rate": 1e-3},
    }
    recipe: Recipe = build("recipes", spec, network=small("edsr"))

    assert reach_of(recipe, 2, CPU).pixels is None


def test_a_network_that_wants_more_than_an_image_is_refused() -> None:
    with pytest.raises(BatchError, match="`ref`"):
        reach_of(fixed(Referenced()), 2, CPU)
    with pytest.raises(BatchError, match="clips"):
        reach_of(fixed(Clip()), 2, CPU)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("name", ["bicubic", "espcn"])
def test_depth_and_channels_survive(name: str, channels: int, dtype: type) -> None:
    pixels = picture(20, 30, channels, dtype=dtype)

    large = enlarging(recipe_of(name))(pixels)

    assert ((40, 60, channels), pixels.dtype) == (large.shape, large.dtype)


def test_sixteen_bits_carry_more_than_eight() -> None:
    deep = picture(20, 30, 3, dtype=np.uint16)
    enlarge = enlarging(recipe_of("bicubic"))

    exact = np.clip(resize(deep / 65535, (40, 60)), 0, 1) * 65535
    assert 1 >= np.abs(enlarge(deep).astype(np.float64) - exact).max()
    assert len(np.unique(enlarge(deep))) > 256


def test_grey_through_a_network_on_colours_is_the_same_in_every_channel() -> None:
    grey = picture(20, 30, 1)
    enlarge = enlarging(recipe_of("bicubic"))

    assert np.array_equal(enlarge(grey), enlarge(np.repeat(grey, 3, axis=2))[..., :1])


def test_alpha_is_enlarged_beside_the_colours() -> None:
    pixels = picture(20, 30, 4)
    enlarge = enlarging(recipe_of("espcn"))
    large = enlarge(pixels)

    assert np.array_equal(enlarge(pixels[..., :3]), large[..., :3])
    assert np.array_equal(resize(pixels[..., 3:], (40, 60)), large[..., 3:])


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 2), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), "u1")],
)
def test_what_is_no_picture_is_refused(pixels: NDArray[Any]) -> None:
    with pytest.raises(ImageError, match="it must be uint8 or uint16"):
        enlarging(recipe_of("bicubic"))(pixels)


@pytest.mark.parametrize(("height", "width", "window"), [(37, 50, 32), (96, 33, 24), (7, 200, 40), (64, 63, 64)])
def test_tiles_cover_every_pixel_once_and_read_what_they_need(height: int, width: int, window: int) -> None:
    counted = np.zeros((height, width), int)
    for rows, columns in tiles(height, width, window, 8, ALIGNED):
        counted[rows.made(1), columns.made(1)] += 1
        for span, length in ((rows, height), (columns, width)):
            assert 0 <= span.read_from <= max(span.start - 8, 0)
            assert min(span.stop + 8, length) <= span.read_to <= length
            assert span.read_to - span.read_from < window + ALIGNED
            assert 0 == span.read_from % ALIGNED

    assert bool((counted == 1).all())


@pytest.mark.parametrize(("length", "grid"), [(96, ALIGNED), (37, 1), (61, 1), (200, ALIGNED)])
def test_all_tiles_read_equally_much_where_the_grid_allows(length: int, grid: int) -> None:
    found = spans(length, 32, 8, grid)

    assert 1 == len({span.read_to - span.read_from for span in found})
    assert len(found) == -(-(length - 16) // (32 - 16))


def test_one_tile_is_the_whole() -> None:
    (span,) = spans(7, 16, 8)

    assert (slice(0, 7), slice(0, 14), slice(0, 14)) == (span.read(), span.made(2), span.kept(2))


@pytest.mark.parametrize(
    ("reach", "scale", "memory", "window"),
    [
        (Reach(8, 100.0), 2, 10_000 * 100, 96),  # 100 pixels, on the grid
        (Reach(40, 2048.0), 2, 2**18, 4 * 40),  # too little for any tile: one that gives half of its side
        (Reach(0, 2048.0), 2, 2**8, ALIGNED),
        (Reach(8, 0.0), 2, 2**28, LARGEST // 2),
        (Reach(8, 0.0), 8, 2**28, LARGEST // 8),
    ],
)
def test_the_tile_is_as_large_as_memory_allows(reach: Reach, scale: int, memory: int, window: int) -> None:
    assert window == window_for(reach, scale, memory)


def test_the_size_of_a_tile_decides_nothing() -> None:
    enlarge = enlarging(recipe_of("espcn"), more=8)
    pixels = picture(33, 41, 3)

    assert np.array_equal(enlarge(pixels), replace(enlarge, window=40)(pixels))
