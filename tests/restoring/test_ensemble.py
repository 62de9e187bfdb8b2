"""Laws of self-ensemble: what lies eight ways is joined before it is rounded; what treats all alike gains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.images.turning import TURNS, turned, undoing
from pipeline.lookup import build
from pipeline.pairs.batches import channels_first
from pipeline.pairs.derive import derived
from pipeline.restoring.ensemble import SelfEnsemble, ensembled
from pipeline.restoring.image import Restored, restore
from tests.nets import small
from tests.tinies import tiny

Join: TypeAlias = Literal["mean", "median"]

JOINS: list[Join] = ["mean", "median"]
WAYS: list[SelfEnsemble] = ["none", *JOINS]
SIZES = [(5, 7), (8, 3), (6, 6)]


def repeated(field: Tensor) -> Tensor:
    """Return every pixel twice as high and wide."""
    return field.repeat_interleave(2, -1).repeat_interleave(2, -2)


class Pointwise(nn.Module):
    """1x1 convolutions on RGB, then every pixel four times: it looks at a pixel and at nothing beside it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Tanh(), nn.Conv2d(8, 3, 1))

    def forward(self, lr: Tensor) -> Tensor:
        frames = lr.reshape(-1, *lr.shape[-3:])
        return repeated(self.layers(frames)).reshape(*lr.shape[:-2], 2 * lr.shape[-2], 2 * lr.shape[-1])


class PointwiseLuma(nn.Module):
    """The same of luma, by a polynomial; nothing is summed."""

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        return {"sr_y": repeated(lr_y * (1.5 - 0.5 * lr_y))}


class Corner(nn.Module):
    """Paints everything in the colour of the top left pixel, times a factor and more: it sees how an image lies."""

    def __init__(self, factor: float, more: float = 0.0) -> None:
        super().__init__()
        self.factor = factor
        self.more = more

    def forward(self, lr: Tensor) -> Tensor:
        return repeated((self.factor * lr[..., :1, :1] + self.more).expand_as(lr))


class Noting(nn.Module):
    """Enlarges, and keeps all that it was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Tensor]] = []

    def forward(self, lr: Tensor, ilr: Tensor, lr_y: Tensor, ilr_y: Tensor) -> Tensor:
        self.seen.append({"lr": lr, "ilr": ilr, "lr_y": lr_y, "ilr_y": ilr_y})
        return ilr


class Copying(nn.Module):
    """Returns its reference, which shows the same scene in HR, and keeps both."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Tensor, Tensor]] = []

    def forward(self, lr: Tensor, ref: Tensor) -> Tensor:
        self.seen.append((lr, ref))
        return ref


def pixels(*shape: int, seed: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def run(network: nn.Module, how: SelfEnsemble, **planes: NDArray[Any]) -> Restored:
    recipe = build("recipes", {"name": "fixed"}, network=network.eval())
    return restore(recipe, planes, 2, torch.device("cpu"), how)


def of(restored: Restored) -> NDArray[np.uint8]:
    assert restored.pixels is not None
    return restored.pixels


def luma_of(restored: Restored) -> NDArray[np.float32]:
    assert restored.luma is not None
    return restored.luma


@pytest.mark.parametrize("shape", [(5, 7, 3), (4, 6, 1), (2, 5, 7, 3)])
@pytest.mark.parametrize("turn", range(TURNS))
def test_a_turn_is_undone(turn: int, shape: tuple[int, ...]) -> None:
    image = pixels(*shape)

    assert np.array_equal(image, turned(turned(image, turn), undoing(turn)))
    assert turn == undoing(undoing(turn))


@pytest.mark.parametrize("how", JOINS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("frames", "channels"), [((), 3), ((), 1), ((2,), 3)])
def test_of_a_network_that_treats_all_turns_alike_nothing_changes(
    how: Join, size: tuple[int, int], frames: tuple[int, ...], channels: int
) -> None:
    lr = pixels(*frames, *size, channels)
    plain, joined = (run(Pointwise(), each, lr=lr) for each in ("none", how))

    assert joined.luma is None
    assert np.array_equal(of(plain), of(joined))


@pytest.mark.parametrize("how", JOINS)
@pytest.mark.parametrize("size", SIZES)
def test_luma_is_the_same_to_the_bit_where_every_turn_gives_the_same(how: Join, size: tuple[int, int]) -> None:
    lr, lr_y = pixels(*size, 3), np.random.default_rng(0).random((*size, 1), np.float32)
    for planes in ({"lr": lr}, {"lr_y": lr_y}):
        plain, joined = (run(PointwiseLuma(), each, **planes) for each in ("none", how))
        assert np.array_equal(luma_of(plain), luma_of(joined))
        assert (plain.pixels is None) == (joined.pixels is None)
        assert plain.pixels is None or np.array_equal(plain.pixels, of(joined))


@pytest.mark.parametrize("how", JOINS)
@pytest.mark.parametrize("size", SIZES)
def test_bicubic_interpolation_is_the_same_but_for_the_order_of_its_passes(how: Join, size: tuple[int, int]) -> None:
    """On 8 bits it is rounded between rows and columns, and a turned image takes its columns first."""
    lr = 100 + pixels(*size, 3) // 5
    rgb = [of(run(small("bicubic"), each, lr=lr)).astype(int) for each in ("none", how)]
    luma = [luma_of(run(small("bicubic_luma"), each, lr=lr)) for each in ("none", how)]

    assert np.abs(rgb[0] - rgb[1]).max() <= 1
    assert np.allclose(luma[0], luma[1], rtol=0, atol=1e-6)


CORNERS = (1, 1, 1, 2)
"""Top left and right, bottom left and right, in grey levels; each is the top left pixel of two turns."""


def cornered(levels: tuple[int, ...]) -> NDArray[np.uint8]:
    image = np.full((3, 5, 3), 200, np.uint8)
    image[0, 0], image[0, -1], image[-1, 0], image[-1, -1] = levels
    return image


@pytest.mark.parametrize(
    ("how", "factor", "more", "corners", "expected"),
    [
        ("mean", 0.45, 0.0, (1, 1, 1, 2), 1),  # 0.5625, of 0.45, 0.45, 0.45, 0.9: rounded first it were 0.25
        ("mean", 1.0, 0.0, (0, 10, 20, 90), 30),
        ("mean", 1.0, -0.2, (0, 0, 102, 102), 0),  # 0 of -51 and 51: clipped first it were 25.5
        ("median", 1.0, 0.0, (0, 10, 20, 90), 15),
        ("median", 1.0, 0.0, (90, 20, 10, 0), 15),
        ("median", 0.3, 0.0, (0, 1, 3, 200), 1),  # 0.6, of 0.3 and 0.9: rounded first it were 0.5, then 1
        ("median", 0.2, 0.0, (0, 2, 2, 200), 0),
        ("none", 1.0, 0.0, (7, 10, 20, 90), 7),
    ],
)
def test_turns_are_joined_in_floating_point_and_rounded_and_clipped_once(
    how: SelfEnsemble, factor: float, more: float, corners: tuple[int, ...], expected: int
) -> None:
    assert {expected} == set(of(run(Corner(factor, more), how, lr=cornered(corners))).flat)


@pytest.mark.parametrize("how", JOINS)
def test_what_is_joined_is_the_mean_or_the_median_of_eight_turns_made_by_hand(how: Join) -> None:
    network, lr = small("edsr"), pixels(6, 9, 3)
    made = []
    for turn in range(TURNS):
        own = np.ascontiguousarray(turned(lr, turn))
        with torch.no_grad():
            sr = network(torch.from_numpy(channels_first(own, "lr"))[None])[0].numpy().transpose(1, 2, 0)
        made.append(turned(np.ascontiguousarray(sr), undoing(turn)))
    stack = np.stack(made).astype(np.float64)
    joined = np.mean(stack, axis=0) if how == "mean" else np.median(stack, axis=0)
    restored = of(run(network, how, lr=lr))

    levels = 255 * joined.clip(0, 1)
    assert np.abs(levels - restored).max() <= 0.5 + 1e-3
    assert not np.array_equal(of(run(network, "none", lr=lr)), restored)
    assert 8 == len({each.tobytes() for each in made})


def test_what_is_derived_is_derived_of_the_turned_image() -> None:
    network, lr = Noting(), pixels(5, 8, 3)
    run(network, "mean", lr=lr)

    assert TURNS == len(network.seen)
    for turn, seen in enumerate(network.seen):
        own = np.ascontiguousarray(turned(lr, turn))
        for field, values in seen.items():
            how = derived(field, {"lr": own})
            assert how is not None
            assert np.array_equal(channels_first(how.make(own, 2), field), values[0].numpy()), (turn, field)


@pytest.mark.parametrize("how", JOINS)
def test_a_reference_is_turned_with_the_image(how: Join) -> None:
    network, lr = Copying(), pixels(4, 7, 3)
    ref = lr.repeat(2, 0).repeat(2, 1)

    assert np.array_equal(ref, of(run(network, how, lr=lr, ref=ref)))
    assert TURNS == len(network.seen)
    assert all(torch.equal(repeated(small), large) for small, large in network.seen)


@pytest.mark.parametrize("how", JOINS)
def test_a_clip_and_a_reference_of_another_shape_go_through(how: Join) -> None:
    clip, lr = pixels(3, 5, 7, 3), pixels(5, 7, 3)

    assert (3, 10, 14, 3) == of(run(tiny("tiny_video", 2), how, lr=clip)).shape
    assert (10, 14, 3) == of(run(tiny("tiny_reference", 2), how, lr=lr, ref=pixels(9, 11, 3))).shape


def test_no_plane_is_changed() -> None:
    lr = pixels(5, 7, 3)
    before = lr.copy()
    run(Pointwise(), "mean", lr=lr)

    assert np.array_equal(before, lr)


def test_without_an_ensemble_the_network_runs_once_and_with_one_eight_times() -> None:
    calls: list[tuple[int, ...]] = []

    def noted(planes: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        calls.append(planes["lr"].shape)
        return {"sr": planes["lr"].astype(np.float32)}

    for how in WAYS:
        ensembled(noted, {"lr": pixels(2, 3, 1)}, how)

    assert [(2, 3, 1)] + 2 * (4 * [(2, 3, 1)] + 4 * [(3, 2, 1)]) == calls
