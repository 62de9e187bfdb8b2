"""The Haar transform loses nothing, keeps squares, and its sub-bands are what they say."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.blocks.haar import haar, inverse_haar, inverse_packets, packets
from pipeline.blocks.mirror import mirrored_to
from pipeline.errors import LearningError

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


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_packets_lose_nothing_and_keep_squares(levels: int) -> None:
    given = image(2, 3, 3 * 2**levels, 2 * 2**levels)
    made = packets(given, levels)

    assert (2, 3 * 4**levels, 3, 2) == made.shape
    torch.testing.assert_close(given, inverse_packets(made, levels))
    torch.testing.assert_close(given.square().sum(), made.square().sum())


def test_packets_are_the_sub_bands_of_each_sub_band_its_own_side_by_side() -> None:
    given = image(1, 3, 8, 12)
    made = packets(given, 2)
    bands = haar(given).split(3, dim=1)

    torch.testing.assert_close(torch.cat([haar(each) for each in bands], dim=1), made)
    torch.testing.assert_close(given.unfold(2, 4, 4).unfold(3, 4, 4).sum((-1, -2)) / 4, made[:, :3])


def test_an_image_that_cannot_be_halved_so_often_is_refused() -> None:
    with pytest.raises(LearningError, match="images of 12x20 pixels cannot be halved 3 times; lower `levels`"):
        packets(image(1, 1, 12, 20), 3)
