"""How zero-shot learning draws its fathers, and when its learning rate falls."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ParamsError
from pipeline.images.turning import turned
from pipeline.images.warping import warped
from pipeline.learning.fathers import Ancestor, Fathers
from pipeline.learning.slope import Slope

Image = NDArray[np.float32]
DRAWS = 400


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(0).random((height, width, 3), np.float32)


def drawn(fathers: Fathers, *images: Image, count: int = DRAWS) -> list[Image]:
    chance = np.random.default_rng(1)
    pool = [Ancestor(each, each.shape[0] / images[0].shape[0]) for each in images]
    return [fathers.draw(pool, chance) for _ in range(count)]


def test_fathers_are_left_turned_and_mapped_as_often_as_said() -> None:
    image = noise(9, 9)
    eight = [turned(image, turn) for turn in range(8)]
    found = [[np.array_equal(each, one) for one in eight] for each in drawn(Fathers(leave=0.2, turn=0.4), image)]
    shares = np.mean(found, axis=0)

    assert shares[0] == pytest.approx(0.2 + 0.4 / 8, abs=0.07)
    assert shares[1:].sum() == pytest.approx(0.4 * 7 / 8, abs=0.08)
    assert (shares > 0).all()


def test_nothing_is_turned_where_a_kernel_would_not_bear_it() -> None:
    columns = np.broadcast_to(np.linspace(0, 1, 40, dtype=np.float32)[None, :, None], (40, 40, 3))
    fathers = drawn(Fathers(rotate=False, shear=0.0), np.ascontiguousarray(columns))

    assert all(np.ptp(each, axis=0).max() < 1e-5 for each in fathers)
    assert all((np.diff(each[0, 2:-2, 0]) > 0).all() for each in fathers)


@pytest.mark.parametrize("image", [noise(50, 70), noise(12, 40)])
def test_a_crop_is_as_large_as_it_can_be_and_no_larger(image: Image) -> None:
    most = tuple(min(24, side) for side in image.shape[:2])
    sizes = {each.shape for each in drawn(Fathers(crop=24, rotate=False), image)}

    assert {tuple(max(size[axis] for size in sizes) for axis in (0, 1))} == {most}
    assert all(size[0] >= most[0] // 2 - 1 for size in sizes)


def test_scales_fall_short_of_the_largest_by_half_a_gaussian() -> None:
    scales = [each.shape[0] / 1000 for each in drawn(Fathers(1000, leave=0, turn=0, rotate=False), noise(1000, 4))]

    assert 1.0 >= max(scales) >= min(scales) == 0.5
    assert np.mean(np.array(scales) == 0.5) == pytest.approx(0.0455, abs=0.03)  # two deviations and more
    assert np.median(scales) == pytest.approx(1 - 0.6745 * 0.25, abs=0.03)


def test_scales_may_be_drawn_evenly() -> None:
    fathers = Fathers(1000, leave=0, turn=0, bias=None, rotate=False)
    scales = [each.shape[0] / 1000 for each in drawn(fathers, noise(1000, 4))]

    assert (np.mean(scales), np.std(scales)) == pytest.approx((0.75, 0.5 / 12**0.5), abs=0.03)


def test_a_father_is_made_of_the_smallest_image_that_is_large_enough() -> None:
    dark, bright = np.zeros((20, 20, 3), np.float32), np.ones((30, 30, 3), np.float32)
    fathers = drawn(Fathers(leave=0, turn=1.0), dark, bright)

    assert {(20, 0.0), (30, 1.0)} == {(len(each), float(each.mean())) for each in fathers}
    assert np.mean([each.mean() for each in fathers]) == pytest.approx(0.954, abs=0.04)  # scales above 1


def test_a_map_that_changes_nothing_returns_the_image() -> None:
    image = noise(7, 10)

    np.testing.assert_allclose(warped(image, np.eye(2), (4.5, 3.0), (7, 10)), image, atol=1e-6)


def test_a_map_draws_around_its_centre() -> None:
    rows, columns = np.mgrid[:20, :30]
    ramp = np.stack([rows / 30, columns / 30], -1).astype(np.float32)
    half = warped(ramp, np.eye(2) / 2, (16.0, 9.0), (3, 5))

    np.testing.assert_allclose(np.array([7, 9, 11]) / 30, half[:, 2, 0], atol=1e-6)
    np.testing.assert_allclose(np.array([12, 14, 16, 18, 20]) / 30, half[1, :, 1], atol=1e-6)


@pytest.mark.parametrize(
    ("errors", "flat"),
    [
        ([5.0, 4.0, 3.0, 2.0, 1.0], False),
        ([1.0, 2.0, 3.0, 4.0, 5.0], True),
        ([3.0, 3.1, 2.9, 3.05, 2.95], True),
        ([3.0, 2.5], False),
        ([9.0, 9.0, 9.0, 9.0, 9.0, 5.0, 4.0, 3.0, 2.0, 1.0], False),
        ([9.0, 8.0, 7.0, 6.0, 5.0, 3.0, 3.1, 2.9, 3.05, 3.0], True),
    ],
)
def test_the_rate_falls_when_the_last_errors_do_not(errors: list[float], flat: bool) -> None:
    assert flat is Slope().is_flat(errors)


def test_the_line_is_that_of_numpy() -> None:
    errors = [3.0, 2.9, 2.85, 2.6, 2.7]
    (slope, _), covariance = np.polyfit(60 * np.arange(5), errors, 1, cov=True)
    ratio = float(-np.sqrt(covariance[0, 0]) / slope)

    assert Slope(ratio=ratio * 0.999).is_flat(errors)
    assert not Slope(ratio=ratio * 1.001).is_flat(errors)


@pytest.mark.parametrize(
    ("options", "said"), [({"leave": 0.6, "turn": 0.5}, "one whole"), ({"least": 1.5}, "at most 1, not 1.5")]
)
def test_fathers_that_cannot_be_are_told(options: dict[str, float], said: str) -> None:
    with pytest.raises(ParamsError, match=said):
        Fathers(**options)  # type: ignore[arg-type]  # each takes a float


def test_a_window_without_a_line_is_told() -> None:
    with pytest.raises(ParamsError, match="at least 180 steps, not 100"):
        Slope(window=100)
