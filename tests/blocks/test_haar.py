"""The Haar transform loses nothing, keeps squares, and its sub-bands are what they say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.blocks.haar import haar, inverse_haar
from pipeline.blocks.mirror import mirrored_to

SIZES = [(2, 2), (4, 10), (8, 6)]


def image(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_there_and_back_is_the_image(channels: int, size: tuple[int, int]) -> None:
    given = image(2, channels, *size)

    assert (2, 4 * channels, size[0] // 2, size[1] // 2) == haar(given).shape
    torch.testing.assert_close(given, inverse_haar(haar(given)))


def test_back_and_there_are_the_sub_bands() -> None:
    bands = image(2, 12, 3, 5)

    torch.testing.assert_close(bands, haar(inverse_haar(bands)))


def test_squared_errors_of_sub_bands_and_of_images_are_the_same() -> None:
    one, other = image(2, 1, 3, 6, 8)

    torch.testing.assert_close((one - other).square().sum(), (haar(one) - haar(other)).square().sum())


@pytest.mark.parametrize(
    ("pixels", "bands"),
    [
        ([[1, 1], [1, 1]], [2, 0, 0, 0]),  # alike
        ([[0, 1], [0, 1]], [1, 1, 0, 0]),  # brighter on the right
        ([[0, 0], [1, 1]], [1, 0, 1, 0]),  # brighter below
        ([[1, 0], [0, 1]], [1, 0, 0, 1]),  # brighter on the diagonal
        ([[0, 0], [0, 1]], [0.5, 0.5, 0.5, 0.5]),
    ],
)
def test_a_sub_band_tells_where_it_is_brighter(pixels: list[list[float]], bands: list[float]) -> None:
    made = haar(torch.tensor(pixels)[None, None].double())

    assert bands == made[0, :, 0, 0].tolist()


def test_each_sub_band_has_the_channels_in_their_order() -> None:
    given = image(1, 3, 4, 6)
    alone = torch.cat([haar(given[:, [channel]]) for channel in range(3)])

    torch.testing.assert_close(alone.transpose(0, 1).flatten(0, 1)[None], haar(given))


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_autocast_leaves_the_precision_of_the_image(precision: torch.dtype) -> None:
    given = image(1, 1, 4, 4).to(precision)
    with torch.autocast("cpu", torch.bfloat16):
        made = haar(given)
        back = inverse_haar(made)

    assert (precision, precision) == (made.dtype, back.dtype)
    assert torch.equal(haar(given), made)


@pytest.mark.parametrize("size", [(3, 4), (4, 3)])
def test_an_odd_side_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(AssertionError, match="the sides must be even, not"):
        haar(image(1, 1, *size))


def test_of_an_odd_line_that_was_mirrored_the_last_pair_has_no_difference() -> None:
    _, right, down, diagonal = haar(mirrored_to(image(1, 1, 7, 5), 2))[0]

    assert [0, 0] == [float(each[:, -1].abs().max()) for each in (right, diagonal)]
    assert [0, 0] == [float(each[-1].abs().max()) for each in (down, diagonal)]
