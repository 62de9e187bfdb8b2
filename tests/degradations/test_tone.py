"""Unsharp masks, colours that stray, few bits: what the options say is what is done."""

from __future__ import annotations

import colorsys
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.colour import Colour
from pipeline.degradations.quantise import Quantise
from pipeline.degradations.sharpen import Sharpen
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.toning import brightened, contrasted, saturated, turned
from pipeline.randomness import generator

SIZE = (60, 80)


def image(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).random(shape or (*SIZE, 3), np.float32)


def single(values: Any) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def steps() -> NDArray[np.float32]:
    """Return four grey planes side by side: 0.2, 0.21, 0.8, 0.79."""
    return np.repeat(single([0.2, 0.21, 0.8, 0.79]), 20)[None, :, None].repeat(60, 0).repeat(3, 2)


# --- sharpen --------------------------------------------------------------------------------------------------------


def usm(given: NDArray[np.float32], weight: float, size: int, sigma: float, threshold: float) -> NDArray[np.float32]:
    """The authors' steps, with OpenCV's Gaussian; a sigma of 0 is what it makes of the size."""

    def blurred(plane: NDArray[np.float32]) -> NDArray[Any]:
        return np.asarray(cv2.GaussianBlur(plane, (size, size), sigma, borderType=cv2.BORDER_REFLECT_101))

    residual = given - blurred(given)
    soft = blurred((np.abs(residual) * 255 > threshold).astype(np.float32))
    clipped = np.clip(given + weight * residual, 0, 1)
    return np.asarray(soft * clipped + (1 - soft) * given, np.float32)


@pytest.mark.parametrize(
    ("options", "authors"),
    [
        ({}, (0.5, 51, 0.0, 10)),
        ({"amount": (1.5, 1.5), "sigma": (2.0, 2.0), "size": 9, "threshold": 0.0}, (1.5, 9, 2.0, 0)),
    ],
)
@pytest.mark.parametrize("given", [image(), steps()], ids=["noise", "steps"])
def test_sharpening_is_that_of_real_esrgans_authors(options: Any, authors: Any, given: NDArray[np.float32]) -> None:
    link = Sharpen(**options)

    assert np.allclose(usm(given, *authors), link.apply(given, link.draw(generator(1), SIZE, SIZE)), atol=2e-5)


def test_what_is_flat_stays_and_an_edge_overshoots_but_not_the_range() -> None:
    link = Sharpen((1.0, 1.0), (1.0, 1.0), 7, threshold=0.1)
    sharp = link.apply(steps(), link.draw(generator(1), SIZE, SIZE))

    assert np.array_equal(steps()[:, :35], sharp[:, :35])
    assert (sharp[:, 39].max() < 0.21, sharp[:, 40].min() > 0.8) == (True, True)
    assert (sharp.min() >= 0, sharp.max() <= 1) == (True, True)


def test_a_weight_of_nothing_leaves_the_image_as_it_is() -> None:
    link = Sharpen((0.0, 0.0))

    assert np.array_equal(image(), link.apply(image(), link.draw(generator(1), SIZE, SIZE)))


# --- colour ---------------------------------------------------------------------------------------------------------

NEUTRAL = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}


def strayed(given: NDArray[np.float32], **drawn: float) -> NDArray[np.float32]:
    return Colour().apply(given, {**NEUTRAL, **drawn})


def test_colours_that_stray_by_nothing_are_the_image() -> None:
    assert np.allclose(image(), strayed(image()), atol=1e-7)


def test_brightness_is_a_factor_and_contrast_one_about_the_mean_of_the_grey() -> None:
    grey = image() @ single([0.2989, 0.587, 0.114])

    assert np.allclose(np.clip(1.4 * image(), 0, 1), strayed(image(), brightness=1.4), atol=1e-6)
    assert np.allclose(
        np.clip(grey.mean() + 1.4 * (image() - grey.mean()), 0, 1), strayed(image(), contrast=1.4), atol=1e-6
    )
    assert np.allclose(grey.mean(), strayed(image(), contrast=0.0), atol=1e-5)


def test_saturation_is_a_factor_about_the_grey_of_each_pixel_and_zero_leaves_grey() -> None:
    grey = (image() @ single([0.2989, 0.587, 0.114]))[..., None]

    assert np.allclose(np.clip(grey + 1.4 * (image() - grey), 0, 1), strayed(image(), saturation=1.4), atol=1e-6)
    assert np.ptp(strayed(image(), saturation=0.0), axis=-1).max() < 1e-6


@pytest.mark.parametrize("angle", [-200.0, -30.0, 77.0, 120.0, 480.0])
def test_a_turned_hue_is_that_of_the_standard_library(angle: float) -> None:
    pixels = image(40, 1, 3)
    hsv = [colorsys.rgb_to_hsv(*each) for each in pixels[:, 0].astype(float)]
    expected = [colorsys.hsv_to_rgb((h + angle / 360) % 1, s, v) for h, s, v in hsv]

    assert np.allclose(expected, strayed(pixels, hue=angle)[:, 0], atol=1e-4)


def test_a_third_of_a_turn_makes_green_of_red() -> None:
    red, green = (single([[each]]) for each in ([1, 0, 0], [0, 1, 0]))

    assert np.allclose(green, turned(red, 120), atol=1e-6)


def test_the_order_is_brightness_contrast_saturation_hue() -> None:
    expected = turned(saturated(contrasted(brightened(image(), 1.3), 0.6), 1.7), 40)

    assert np.array_equal(expected, strayed(image(), brightness=1.3, contrast=0.6, saturation=1.7, hue=40))
    assert not np.allclose(
        brightened(contrasted(image(), 0.6), 1.3), contrasted(brightened(image(), 1.3), 0.6), atol=1e-3
    )


def test_grey_images_stay_grey() -> None:
    plane = image(*SIZE, 1)
    drawn = {"brightness": 1.2, "contrast": 0.7, "saturation": 1.9, "hue": 90.0}

    assert (*SIZE, 1) == strayed(plane, **drawn).shape
    assert np.ptp(strayed(plane.repeat(3, -1), **drawn), axis=-1).max() < 1e-6
    assert np.array_equal(plane, strayed(plane, saturation=1.9, hue=90.0))


@pytest.mark.parametrize(("key", "low", "high"), [("brightness", 0.5, 1.5), ("saturation", 0, 2), ("hue", -20, 40)])
def test_each_of_the_four_fills_its_range_and_the_others_stay(key: str, low: float, high: float) -> None:
    link = Colour(**{key: (low, high)})
    drawn = [link.draw(generator(n), SIZE, SIZE) for n in range(300)]
    values = np.array([each.pop(key) for each in drawn])

    assert [{name: NEUTRAL[name] for name in NEUTRAL if name != key}] * 300 == drawn
    assert (low <= values.min(), values.max() <= high, np.ptp(values) > 0.95 * (high - low)) == (True, True, True)


# --- quantise -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [1, 2, 5, 8, 12, 16])
def test_few_bits_are_so_many_levels_and_rounding_again_changes_nothing(bits: int) -> None:
    ramp = np.linspace(0, 1, 2**17, dtype=np.float32).reshape(1, -1, 1)

    rounded = Quantise(bits).apply(ramp, {"bits": bits})

    assert 2**bits == len(np.unique(rounded))
    assert np.abs(rounded - ramp).max() <= 0.5 / (2**bits - 1) + 1e-7
    assert np.array_equal(rounded, Quantise(bits).apply(rounded, {"bits": bits}))


def test_a_half_is_rounded_up_and_what_lies_beyond_is_clipped() -> None:
    given = single([-0.3, 0.0, 0.4999, 0.5, 1.0, 1.7]).reshape(1, -1, 1)

    assert [0, 0, 0, 1, 1, 1] == Quantise(1).apply(given, {"bits": 1}).ravel().tolist()


def test_eight_bits_are_those_of_files() -> None:
    assert np.array_equal(to_float(to_uint8(image())), Quantise(8).apply(image(), {"bits": 8}))


def test_bits_are_drawn_from_all_of_their_range() -> None:
    link = Quantise((3, 6))

    assert {3, 4, 5, 6} == {link.draw(generator(n), SIZE, SIZE)["bits"] for n in range(100)}
