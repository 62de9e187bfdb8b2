"""Cropping: which pixels remain, and what is said when none do."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.crop import crop_to_multiple, shave


def numbered(*shape: int) -> NDArray[np.int64]:
    return np.arange(np.prod(shape)).reshape(shape)


@pytest.mark.parametrize(("scale", "size"), [(1, (11, 14)), (2, (10, 14)), (3, (9, 12)), (4, (8, 12)), (11, (11, 11))])
def test_a_crop_keeps_the_top_left_of_a_multiple(scale: int, size: tuple[int, int]) -> None:
    image = numbered(11, 14)

    np.testing.assert_array_equal(image[: size[0], : size[1]], crop_to_multiple(image, scale))


def test_a_crop_leaves_frames_and_channels_whole() -> None:
    clip = numbered(5, 11, 14, 3)

    np.testing.assert_array_equal(clip[:, :8, :12], crop_to_multiple(clip, 4))
    np.testing.assert_array_equal(clip[0, :8, :12], crop_to_multiple(clip[0], 4))


def test_shaving_takes_the_border_off_all_four_sides() -> None:
    image = numbered(7, 8)

    np.testing.assert_array_equal(image[2:5, 2:6], shave(image, 2))


def test_shaving_leaves_frames_and_channels_whole() -> None:
    clip = numbered(5, 7, 8, 3)

    np.testing.assert_array_equal(clip[:, 2:5, 2:6], shave(clip, 2))
    np.testing.assert_array_equal(clip[0, 2:5, 2:6], shave(clip[0], 2))


def test_a_border_of_nothing_leaves_the_image() -> None:
    image = numbered(7, 8, 3)

    np.testing.assert_array_equal(image, shave(image, 0))


@pytest.mark.parametrize("border", [4, 5, 100])
def test_shaving_everything_is_refused(border: int) -> None:
    with pytest.raises(ImageError, match=r"nothing remains of an image of shape \(7, 9, 3\)"):
        shave(numbered(7, 9, 3), border)


def test_an_image_smaller_than_the_scale_is_refused() -> None:
    with pytest.raises(ImageError, match=r"nothing remains of an image of shape \(3, 9\)"):
        crop_to_multiple(numbered(3, 9), 4)


def test_a_scale_or_border_without_sense_is_refused() -> None:
    with pytest.raises(ImageError, match="the scale must be at least 1"):
        crop_to_multiple(numbered(3, 9), 0)
    with pytest.raises(ImageError, match="it must be 0 or more"):
        shave(numbered(3, 9), -1)


def test_a_line_is_no_image() -> None:
    with pytest.raises(ImageError, match=r"it must be \(H, W\) or \(\.\.\., H, W, C\)"):
        shave(numbered(9), 1)
