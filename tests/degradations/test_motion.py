"""Blur by motion, and blur that varies over the image: their kernels, and what is left where nothing varies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.motion import Motion
from pipeline.errors import DataError
from pipeline.images.blending import field, ramp
from pipeline.images.filtering import filtered
from pipeline.images.motion import Temper, shaken, straight
from pipeline.kinds import Link
from pipeline.lookup import build
from pipeline.randomness import generator

SIZE = (48, 70)
HAND = Temper(anxiety=0.005, wander=5.0, pull=0.35, jerks=0.1)


def made(name: str, **options: Any) -> Link:
    link: Link = build("degradations", {"name": name, **options})
    return link


def image(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).random(shape or (*SIZE, 3), np.float32)


def run(link: Link, given: NDArray[np.float32], key: int = 1) -> NDArray[np.float32]:
    size = (given.shape[-3], given.shape[-2])
    return link.apply(given, link.draw(generator(key), size, size))


# --- motion ---------------------------------------------------------------------------------------------------------


def test_a_straight_kernel_is_that_of_matlab() -> None:
    """``fspecial('motion', 3, 45)`` as printed at mathworks.com/matlabcentral/answers/307822."""
    printed = [[0, 0.0754, 0.1883], [0.0754, 0.3215, 0.0754], [0.1883, 0.0754, 0]]

    assert np.allclose(printed, straight(3, 3, -45), atol=5e-5)


@pytest.mark.parametrize(("length", "angle"), [(9, 0), (9, 90), (9, 180), (9, -90)])
def test_a_straight_path_along_an_axis_is_as_many_equal_taps_as_it_is_long(length: int, angle: float) -> None:
    expected = np.zeros((11, 11), np.float32)
    expected[5, 1:10] = 1 / 9

    assert np.allclose(expected if angle % 180 == 0 else expected.T, straight(11, length, angle), atol=1e-6)


@pytest.mark.parametrize("angle", [-160.0, -30.0, 0.0, 45.0, 77.0])
@pytest.mark.parametrize("kind", ["straight", "shaken"])
def test_a_kernel_lies_in_the_direction_of_its_path(angle: float, kind: str) -> None:
    if kind == "straight":
        kernel = straight(25, 20, angle)
    else:
        kernel = shaken(25, 20, angle, HAND._replace(anxiety=0.0), generator(1))
    y, x = np.indices(kernel.shape) - 12
    turn = np.deg2rad(angle)

    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)

    assert (kernel * across**2).sum() < 0.5
    assert pytest.approx(20**2 / 12, rel=0.1) == (kernel * along**2).sum()


@pytest.mark.parametrize("length", [0.3, 1.0, 4.0, 4.1, 13.0, 60.0])
@pytest.mark.parametrize("path", ["line", "shake"])
@pytest.mark.parametrize("anxiety", [0.0, 0.005, 0.1])
def test_the_least_size_holds_every_path(length: float, path: Any, anxiety: float) -> None:
    size = 2 * int(np.ceil(length / 2)) + 1
    least, roomy = (Motion((length, length), side, path, anxiety=(anxiety, anxiety)) for side in (size, size + 4))
    for key in range(6):
        drawn = least.draw(generator(key), SIZE, SIZE)
        kernel = least.kernel(drawn)

        assert ("float32", (size, size)) == (kernel.dtype.name, kernel.shape)
        assert (pytest.approx(1, abs=1e-5), True) == (kernel.sum(), kernel.min() >= 0)
        assert np.allclose(np.pad(kernel, 2), roomy.kernel(drawn), atol=1e-7)


def test_a_path_shorter_than_a_pixel_leaves_the_image_as_it_is() -> None:
    assert np.allclose(image(), run(made("motion", length=[0.2, 0.9], size=5), image()), atol=1e-6)


def test_a_shaken_path_is_another_one_for_every_seed() -> None:
    first, second = (shaken(31, 30, 0, HAND, generator(n)) for n in range(2))

    assert not np.allclose(first, second, atol=1e-3)


def test_the_more_a_hand_shakes_the_less_far_its_path_leads() -> None:
    temper = [HAND._replace(anxiety=anxiety) for anxiety in (0.0, 0.001, 0.005, 0.05)]
    kernels = [[shaken(31, 30, 0, each, generator(n)) for n in range(12)] for each in temper]

    reach = [np.mean([np.linalg.eigvalsh(covariance(each)).max() for each in some]) for some in kernels]

    assert pytest.approx(30**2 / 12, rel=0.02) == reach[0]
    assert sorted(reach, reverse=True) == reach


def covariance(kernel: NDArray[np.float32]) -> NDArray[Any]:
    places = np.stack([axis.ravel() for axis in np.indices(kernel.shape)]).astype(np.float64)
    return np.cov(places, aweights=kernel.ravel(), ddof=0)


def test_motion_correlates_with_its_kernel() -> None:
    link = Motion((12.0, 12.0), 13, "shake")
    drawn = link.draw(generator(3), SIZE, SIZE)

    assert np.array_equal(filtered(image(), link.kernel(drawn), "reflect"), link.apply(image(), drawn))


# --- varying --------------------------------------------------------------------------------------------------------

BLUR = {"blur": {"sigma": [1.5, 1.5], "size": [9, 9]}}
NARROW = {"blur": {"sigma": [0.4, 0.4], "size": [9, 9]}}


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (48, 70), (33, 5)])
@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("key", range(3))
def test_weights_are_none_below_zero_and_sum_to_one_at_every_pixel(size: Any, count: int, key: int) -> None:
    for maps in (ramp(size, count, generator(key).uniform(-180, 180)), field(size, count, 4, generator(key))):
        assert ((count, *size), "float32") == (maps.shape, maps.dtype.name)
        assert maps.min() >= 0
        assert np.allclose(1, maps.sum(axis=0), atol=1e-6)


@pytest.mark.parametrize("map", ["ramp", "field"])
def test_varying_over_equal_blurs_is_that_blur(map: str) -> None:
    alone, varying = made("chain", links=[BLUR]), made("varying", links=[BLUR] * 3, map=map)

    assert np.allclose(run(alone, image()), run(varying, image()), atol=1e-6)


@pytest.mark.parametrize("map", ["ramp", "field"])
def test_varying_of_one_link_is_the_link(map: str) -> None:
    alone, varying = made("chain", links=[BLUR]), made("varying", links=[BLUR], map=map)

    assert np.array_equal(run(alone, image()), run(varying, image()))


@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0, -90.0, 33.0])
def test_a_ramp_runs_from_the_first_link_to_the_last_in_its_direction(angle: float) -> None:
    links = [made("chain", links=[each]) for each in (NARROW, BLUR)]
    varying = made("varying", links=[NARROW, BLUR])
    y, x = np.indices(SIZE)
    way = np.cos(np.deg2rad(angle)) * x + np.sin(np.deg2rad(angle)) * y
    sharp, soft = (run(each, image()) for each in links)

    drawn = {**varying.draw(generator(1), SIZE, SIZE), "angle": angle}
    made_of_both = varying.apply(image(), drawn)

    first, last = way < way.min() + 0.5, way > way.max() - 0.5
    assert np.allclose(sharp[first], made_of_both[first], atol=0.02)
    assert np.allclose(soft[last], made_of_both[last], atol=0.02)
    assert not np.allclose(sharp[last], made_of_both[last], atol=0.02)


def test_the_patches_of_a_field_are_smooth_and_each_link_has_its_own() -> None:
    maps = np.stack([field((96, 140), 3, 4, generator(n)) for n in range(40)])

    assert np.abs(np.diff(maps, axis=-1)).max() < 0.2
    assert np.allclose(1 / 3, maps.mean(axis=(0, 2, 3)), atol=0.05)
    assert all(maps[:, each].max() > 0.9 for each in range(3))


@pytest.mark.parametrize("link", [{"decimate": {"step": 2}}, {"resize": {"to": 0.5, "kernel": "bicubic"}}])
def test_a_link_that_changes_the_size_cannot_vary_over_the_image(link: Any) -> None:
    varying = made("varying", links=[BLUR, link])

    with pytest.raises(DataError, match=r"^varying.links\[1\]: leaves 24x35 of 48x70; what varies over an image must"):
        varying.draw(generator(1), SIZE, SIZE)


@pytest.mark.parametrize("angle", [0.0, 90.0])
@pytest.mark.parametrize("length", range(2, 42, 2))
def test_a_calm_hand_moves_straight_and_stays_on_its_grid(length: int, angle: float) -> None:
    spec = {
        "length": [length, length],
        "size": length + 1,
        "path": "shake",
        "angle": [angle] * 2,
        "anxiety": [0.0, 0.0],
    }
    link = build("degradations", {"name": "motion", **spec})
    kernel = link.kernel(link.draw(generator(1), (64, 64), (64, 64)))

    assert kernel.sum() == pytest.approx(1)
    assert kernel.any(axis=0 if angle == 0 else 1).all()
