"""WebP of the report: exact where it says so, small where it does not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.encoding import lossless, thumbnail


def noise(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def decoded(data: bytes) -> NDArray[Any]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (64, 33)])
def test_lossless_pixels_come_back_as_they_were(size: tuple[int, int], channels: int) -> None:
    image = noise(*size, channels)

    assert np.array_equal(np.broadcast_to(image, (*size, 3)), decoded(lossless(image)))
    assert lossless(image) == lossless(image.copy())


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("size", "expected"), [((300, 600), (50, 100)), ((600, 300), (100, 50)), ((40, 30), (40, 30)), ((1, 900), (1, 100))]
)
def test_a_thumbnail_keeps_the_shape_and_is_never_larger(
    size: tuple[int, int], expected: tuple[int, int], channels: int
) -> None:
    assert expected == decoded(thumbnail(noise(*size, channels), 100)).shape[:2]


@pytest.mark.parametrize(
    "image", [noise(4, 4), noise(4, 4, 2), noise(0, 4, 3), np.zeros((4, 4, 3), np.float32)], ids=lambda each: each.shape
)
def test_what_is_no_picture_is_told(image: Any) -> None:
    with pytest.raises(ImageError, match=r"cannot encode .*; it must be uint8"):
        lossless(image)
