"""Colour: MATLAB's numbers, inverses, and rounding."""

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from pipeline.errors import ImageError
from pipeline.images.colour import luma, real_luma, to_float, to_rgb, to_uint8, to_ycbcr


def levels(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def noise(*shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).random(shape)


def test_luma_of_black_white_and_the_primaries_is_that_of_rgb2ycbcr() -> None:
    image = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)

    assert [[16, 235, 81, 145, 41]] == luma(image).tolist()


def test_luma_of_real_numbers_is_not_rounded() -> None:
    image = np.eye(3)[None]

    np.testing.assert_allclose([[81.481 / 255, 144.553 / 255, 40.966 / 255]], luma(image), rtol=1e-15)


def test_luma_of_whole_numbers_is_the_real_luma_rounded() -> None:
    image = levels(2, 50, 60, 3)

    np.testing.assert_array_equal(np.floor(luma(image / 255) * 255 + 0.5), luma(image))


@pytest.mark.parametrize(("colour", "expected"), [((0, 204, 68), 126), ((2, 44, 141), 53), ((1, 173, 225), 126)])
def test_luma_rounds_an_exact_half_up(colour: tuple[int, int, int], expected: int) -> None:
    red, green, blue = colour
    assert (65481 * red + 128553 * green + 24966 * blue) % 255_000 == 127_500

    assert expected == luma(np.array([[colour]], np.uint8))[0, 0]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_luma_keeps_the_dtype_and_drops_the_channel(dtype: DTypeLike) -> None:
    image = levels(2, 4, 5, 3).astype(dtype)

    assert ((2, 4, 5), np.dtype(dtype)) == (luma(image).shape, luma(image).dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_grey_image_is_its_own_luma_in_full_range(dtype: DTypeLike) -> None:
    image = np.arange(256).reshape(16, 16, 1).astype(dtype)

    np.testing.assert_array_equal(image[..., 0], luma(image))


@pytest.mark.parametrize("shape", [(4, 1), (4, 3), (4, 4, 2), (4, 4, 4)])
def test_an_image_without_colour_is_refused(shape: tuple[int, ...]) -> None:
    for function in (luma, to_ycbcr, to_rgb):
        with pytest.raises(ImageError, match=r"must be \(\.\.\., H, W, 3\)"):
            function(noise(*shape))


def test_the_first_of_ycbcr_is_the_luma() -> None:
    image = noise(4, 5, 3)

    np.testing.assert_allclose(luma(image), to_ycbcr(image)[..., 0], rtol=1e-14)


def test_chroma_of_the_primaries_is_that_of_rgb2ycbcr() -> None:
    expected = np.array([[90.203, 240], [53.797, 34.214], [240, 109.786]]) / 255

    np.testing.assert_allclose(expected, to_ycbcr(np.eye(3)[None])[0, :, 1:], rtol=1e-14)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_rgb_and_ycbcr_are_inverses(dtype: DTypeLike, tolerance: float) -> None:
    image = noise(2, 4, 5, 3).astype(dtype)

    np.testing.assert_allclose(image, to_rgb(to_ycbcr(image)), atol=tolerance)
    np.testing.assert_allclose(image, to_ycbcr(to_rgb(image)), atol=tolerance)
    assert np.dtype(dtype) == to_rgb(to_ycbcr(image)).dtype


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 3, 1, 2), (3, 0, 2, 1)], ids=str)
@pytest.mark.parametrize("shape", [(2, 5, 7, 3), (1, 4, 1, 1), (0, 4, 4, 3)], ids=str)
def test_floats_are_quotients_that_lie_as_the_levels_did(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    """By their strides torch chooses how to convolve."""
    given = levels(*shape).transpose(axes)
    expected = np.divide(given, np.float32(255), dtype=np.float32)

    assert np.array_equal(expected, to_float(given))
    assert expected.strides == to_float(given).strides
    assert np.array_equal(expected[..., ::2], to_float(given[..., ::2]))


def test_every_level_survives_the_way_to_float_and_back() -> None:
    every = np.arange(256, dtype=np.uint8)

    np.testing.assert_array_equal(every, to_uint8(to_float(every)))
    assert (np.dtype(np.float32), 0, 1) == (to_float(every).dtype, to_float(every)[0], to_float(every)[-1])


def test_fractions_are_clipped_and_rounded_half_up() -> None:
    image = np.array([-0.2, 0.499 / 255, 0.5 / 255, 2.5 / 255, 254.4 / 255, 1.7])

    assert [0, 0, 1, 3, 254, 255] == to_uint8(image).tolist()


def test_luma_of_levels_that_is_not_rounded_has_the_bits_of_that_of_fractions() -> None:
    image = np.random.default_rng(0).integers(0, 256, (2, 150, 170, 3), np.uint8)

    np.testing.assert_array_equal(255 * luma(image.astype(np.float64) / 255), real_luma(image))
    np.testing.assert_array_equal(luma(image[0, :, 3:90]), luma(image)[0, :, 3:90])
