"""Resizing: the authors' pixels, laws, and examples computed by hand from the kernels."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from pipeline.errors import ImageError
from pipeline.images.crop import crop_to_multiple
from pipeline.images.files import read
from pipeline.images.resize import resize
from pipeline.images.taps import Border, Kernel

KERNELS = get_args(Kernel)
BORDERS = get_args(Border)
SIZES = [(7, 9), (5, 11), (30, 17), (13, 40), (1, 1)]


def noise(*shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).random(shape)


def levels(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def column(*values: float) -> NDArray[np.float64]:
    return np.array(values, np.float64)[:, None]


def plain_bicubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.select([x <= 1, x <= 2], [near, far])


PLAIN: dict[Kernel, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "bicubic": plain_bicubic,
    "bilinear": lambda x: np.where(x <= 1, 1 - x, 0),
    "lanczos2": lambda x: np.where(x <= 2, np.sinc(x) * np.sinc(x / 2), 0),
    "lanczos3": lambda x: np.where(x <= 3, np.sinc(x) * np.sinc(x / 3), 0),
}


def plain_resize(line: NDArray[np.float64], length: int, kernel: Kernel = "bicubic") -> NDArray[np.float64]:
    """Resample one line by the definition: the whole mirrored line weighted for every output, one after the other."""
    scale = length / len(line)
    squeeze = min(scale, 1.0)
    padding = 3 * len(line)
    mirrored = np.pad(line, padding, "symmetric")
    result = []
    for output in range(length):
        centre = (output + 0.5) / scale - 0.5
        distance = squeeze * np.abs(np.arange(-padding, len(line) + padding) - centre)
        weights = PLAIN[kernel](distance)
        result.append(weights @ mirrored / weights.sum())
    return np.array(result)


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with Set5.zip and Set14.zip")
@pytest.mark.parametrize(("scale", "border"), [(2, "symmetric"), (3, "symmetric"), (4, "symmetric"), (8, "replicate")])
@pytest.mark.parametrize(("name", "count"), [("Set5", 5), ("Set14", 14)])
def test_every_pixel_equals_the_low_resolution_images_of_the_authors(
    name: str, count: int, scale: int, border: Border
) -> None:
    equal = []
    with zipfile.ZipFile(Path(os.environ["SR_MIRROR"]) / f"{name}.zip") as archive:
        for member in sorted(each for each in archive.namelist() if each.startswith(f"{name}/HR/")):
            hr = crop_to_multiple(read(archive.read(member), member), scale)
            published = f"{name}/LR_bicubic/X{scale}/{Path(member).stem}x{scale}.png"
            lr = read(archive.read(published), published)
            made = resize(hr, (hr.shape[0] // scale, hr.shape[1] // scale), border=border)
            # One grey image was published with three equal channels at x8.
            equal.append(np.array_equal(np.broadcast_to(made, lr.shape), lr))

    assert [True] * count == equal


def test_halving_spreads_a_point_as_computed_by_hand() -> None:
    point = column(*[0] * 8, 256, *[0] * 7)

    # The cubic at 1/4, 3/4, 5/4 and 7/4 is 111, 29, -9 and -3 of 128; stretched by two, that is of 256.
    assert [0, 0, -3, 29, 111, -9, 0, 0] == resize(point, (8, 1))[:, 0].tolist()


def test_doubling_spreads_a_point_as_computed_by_hand() -> None:
    point = column(0, 0, 0, 0, 128, 0, 0, 0)

    expected = [0, 0, 0, 0, 0, -3, -9, 29, 111, 111, 29, -9, -3, 0, 0, 0]
    assert expected == resize(point, (16, 1))[:, 0].tolist()


@pytest.mark.parametrize(("border", "expected"), [("symmetric", 29 - 3), ("replicate", 29)])
def test_beyond_the_edge_the_image_is_mirrored_or_its_last_pixel_repeated(border: Border, expected: int) -> None:
    point = column(0, 0, 256, 0, 0, 0, 0, 0)

    assert expected == resize(point, (4, 1), border=border)[0, 0]


def test_bilinear_doubling_is_as_computed_by_hand() -> None:
    assert [0, 1, 3, 4] == resize(column(0, 4), (4, 1), kernel="bilinear")[:, 0].tolist()


def test_bilinear_halving_is_antialiased_as_computed_by_hand() -> None:
    line = column(8, 0, 0, 0, 0, 8, 0, 0)

    # The triangle at 1/4 and 3/4 is 3/4 and 1/4, halved; mirrored, the first pixel counts twice.
    assert [3 + 1, 0, 3, 1] == resize(line, (4, 1), kernel="bilinear")[:, 0].tolist()


def test_nearest_is_not_antialiased_and_takes_the_second_of_two() -> None:
    image = noise(6, 8, 3)

    np.testing.assert_array_equal(image[1::2, 1::2], resize(image, (3, 4), kernel="nearest"))


def test_nearest_repeats_pixels_when_enlarging() -> None:
    image = noise(3, 4, 3)

    np.testing.assert_array_equal(image.repeat(3, 0).repeat(3, 1), resize(image, (9, 12), kernel="nearest"))


@pytest.mark.parametrize("length", [1, 4, 9, 19, 20, 27, 50])
@pytest.mark.parametrize("kernel", PLAIN)
def test_any_size_follows_the_definition(kernel: Kernel, length: int) -> None:
    line = noise(20)

    np.testing.assert_allclose(
        plain_resize(line, length, kernel), resize(line[:, None], (length, 1), kernel=kernel)[:, 0], atol=1e-12
    )


def test_an_image_of_many_blocks_follows_the_definition() -> None:
    image = noise(301, 400)

    np.testing.assert_allclose(plain_resize(image[:, 7], 200), resize(image, (200, 400))[:, 7], atol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_same_size_gives_the_same_image(kernel: Kernel) -> None:
    image = levels(9, 11, 3)

    np.testing.assert_array_equal(image, resize(image, (9, 11), kernel=kernel))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_constant_stays_the_constant(kernel: Kernel, border: Border, size: tuple[int, int]) -> None:
    image = np.full((10, 12, 3), 0.3)

    np.testing.assert_allclose(np.full((*size, 3), 0.3), resize(image, size, kernel=kernel, border=border), rtol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_channels_and_frames_do_not_mix(size: tuple[int, int]) -> None:
    clip = levels(2, 10, 12, 3)
    apart = [[resize(frame[..., channel], size) for channel in range(3)] for frame in clip]

    np.testing.assert_array_equal(np.moveaxis(np.array(apart), 1, -1), resize(clip, size))


@pytest.mark.parametrize("size", SIZES)
def test_rows_and_columns_are_separable(size: tuple[int, int]) -> None:
    image = noise(10, 12)

    np.testing.assert_allclose(resize(resize(image, (10, size[1])), size), resize(image, size), atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_a_transposed_image_gives_the_transposed_result(size: tuple[int, int]) -> None:
    image = noise(10, 12)

    np.testing.assert_allclose(resize(image, size).T, resize(image.T, size[::-1]), atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_whole_and_real_numbers_agree_within_a_level(size: tuple[int, int]) -> None:
    image = levels(10, 12, 3) // 2 + 64  # away from black and white, where whole numbers are clipped in between
    difference = resize(image, size) - resize(image.astype(np.float64), size)

    # Half a level from each rounding, the first enlarged by the negative lobes of the second pass.
    assert np.abs(difference).max() < 1.15


@pytest.mark.parametrize(
    ("size", "order"), [((5, 6), "rows"), ((5, 3), "columns"), ((4, 9), "rows"), ((20, 30), "rows")]
)
def test_whole_numbers_are_rounded_between_the_passes_and_the_stronger_reduction_is_first(
    size: tuple[int, int], order: str
) -> None:
    image = levels(10, 12)
    halfway = (size[0], 12) if order == "rows" else (10, size[1])
    other = (10, size[1]) if order == "rows" else (size[0], 12)

    np.testing.assert_array_equal(resize(resize(image, halfway), size), resize(image, size))
    assert not np.array_equal(resize(resize(image, other), size), resize(image, size))


def test_halves_are_rounded_up() -> None:
    lines = np.array([[0, 1, 2, 3], [1, 2, 3, 4]], np.uint8)

    assert [[1, 2, 3, 4]] == resize(lines, (1, 4), kernel="bilinear").tolist()


def test_whole_numbers_are_clipped_and_real_numbers_are_not() -> None:
    edge = np.repeat(np.array([0, 255], np.uint8), 4)[:, None]
    real = resize(edge.astype(np.float32), (16, 1))

    assert real.min() < 0
    assert real.max() > 255
    np.testing.assert_array_equal(np.floor(real.clip(0, 255) + 0.5), resize(edge, (16, 1)))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(10, 12), (10, 12, 1), (10, 12, 3), (2, 10, 12, 3)])
def test_dtype_and_shape_are_kept(dtype: DTypeLike, shape: tuple[int, ...]) -> None:
    made = resize(levels(*shape).astype(dtype), (5, 20))

    sizes = {10: 5, 12: 20}
    assert (tuple(sizes.get(each, each) for each in shape), np.dtype(dtype)) == (made.shape, made.dtype)


@pytest.mark.parametrize("size", [(20, 20), (80, 80)])
def test_the_two_borders_differ_only_near_the_edge(size: tuple[int, int]) -> None:
    image = noise(40, 40, 3)
    differs = (resize(image, size) != resize(image, size, border="replicate")).any(axis=2)
    reach = 2 * max(1, size[0] // 40)

    assert differs.any()
    assert not differs[reach:-reach, reach:-reach].any()


def test_the_result_is_a_new_array() -> None:
    image = noise(4, 4)

    assert not np.shares_memory(image, resize(image, (4, 4)))


@pytest.mark.parametrize("size", [(0, 4), (4, 0), (-3, 4)])
def test_a_size_that_is_not_positive_is_refused_in_one_line(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match=f"^cannot resize to height {size[0]}, width {size[1]}; [^\n]*$"):
        resize(noise(4, 4), size)


def test_an_unknown_name_answers_with_the_known_ones() -> None:
    with pytest.raises(ImageError, match="`cubic`; choices: bicubic, bilinear, nearest, lanczos2, lanczos3"):
        resize(noise(4, 4), (2, 2), kernel="cubic")  # type: ignore[arg-type]
    with pytest.raises(ImageError, match="`reflect`; choices: symmetric, replicate"):
        resize(noise(4, 4), (2, 2), border="reflect")  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(4,), (0, 4), (4, 0, 3)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="cannot resize an image of shape"):
        resize(noise(*shape), (2, 2))


def test_another_dtype_is_refused() -> None:
    with pytest.raises(ImageError, match="int16"):
        resize(levels(4, 4).astype(np.int16), (2, 2))  # type: ignore[type-var]
