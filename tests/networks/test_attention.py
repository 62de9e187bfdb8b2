"""Pyramid pooling and non-local blocks: what of the whole image reaches a pixel."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from pipeline.networks.edsr_non_local import EDSRNonLocal, NonLocal
from pipeline.networks.edsr_pp import EDSRPP, PyramidPooling
from tests.nets import full
from tests.networks.test_post_upsampling import heard, image, kinds, silent


def non_local(features: int, window: int) -> NonLocal:
    """Return a block whose weights are large enough to choose, and whose last ones are not 0."""
    torch.manual_seed(0)
    block = NonLocal(features, window)
    block.restore.reset_parameters()
    return block


@torch.no_grad()
def written_out(block: NonLocal, features: Tensor) -> Tensor:
    """Attention over all pixels of ``features`` (1, C, h, w), with every weight at once."""
    asks, answers, says = block.embed(features)[0].flatten(1).chunk(3)
    weights = (asks.T @ answers / 255**2).softmax(dim=-1)
    seen = (says @ weights.T).view(1, -1, *features.shape[-2:])
    return features + block.restore(seen)


def levels(*size: int) -> Tensor:
    return 255 * (image(*size) - 0.5)


def test_a_non_local_block_is_what_the_paper_writes_in_one_piece() -> None:
    block, given = non_local(6, window=64), levels(1, 6, 20, 17)

    torch.testing.assert_close(written_out(block, given), block(given), rtol=1e-4, atol=1e-3)
    assert float((block(given) - given).detach().std((2, 3)).max()) > 0.1  # pixels choose, each otherwise


def test_a_larger_image_is_looked_at_in_windows_each_as_a_whole() -> None:
    block, given = non_local(4, window=8), levels(1, 4, 19, 11)
    made_of_it = block(given)

    for rows, columns in product((slice(0, 8), slice(8, 16), slice(16, 19)), (slice(0, 8), slice(8, 11))):
        torch.testing.assert_close(
            written_out(block, given[..., rows, columns]), made_of_it[..., rows, columns], rtol=1e-4, atol=1e-3
        )


@pytest.mark.parametrize("batch", [1, 3])
def test_a_non_local_block_begins_as_the_identity(batch: int) -> None:
    given = levels(batch, 4, 9, 7)

    assert torch.equal(given, NonLocal(4, 8)(given))


def test_the_work_of_non_local_edsr_grows_as_the_image_does() -> None:
    network, work = full("edsr_non_local"), []
    for side in (64, 128, 256):
        with FlopCounterMode(display=False) as counter:
            network(torch.empty(1, 3, side, side, device="meta"))
        work.append(counter.get_total_flops())

    assert [4 * work[0], 4 * work[1]] == work[1:]
    assert work[0] > 2 * 2 * 2 * 32 * 64**4  # two blocks of two products, and two operations for each


def test_the_non_local_blocks_of_edsr_stand_behind_each_half_of_its_blocks() -> None:
    assert 8 * "R" + "N" + 8 * "R" + "NC" == kinds(full("edsr_non_local").get_submodule("body"))
    assert 64 == EDSRNonLocal(2, half=1, features=4).grid


@pytest.mark.parametrize("size", [(12, 18), (13, 17), (4, 5)])
def test_a_pyramid_takes_the_means_of_four_grids_and_joins_them_with_their_image(size: tuple[int, int]) -> None:
    pyramid, given = PyramidPooling(8, (1, 2, 3, 6)), image(1, 8, *size)
    means, joined = [heard(each) for each in pyramid.levels], heard(pyramid.join)
    pyramid(given)

    assert [(1, 1), (2, 2), (3, 3), (6, 6)] == [each[0].shape[-2:] for each in means]
    torch.testing.assert_close(given.mean((2, 3), keepdim=True), means[0][0])
    assert torch.equal(given, joined[0][:, :8])
    first = pyramid.levels[0](means[0][0]).relu()
    torch.testing.assert_close(first.expand(1, 2, *size), joined[0][:, 8:10])
    assert (1, 16, *size) == joined[0].shape


def test_the_cells_of_a_pyramid_are_means_of_parts() -> None:
    pyramid, given = PyramidPooling(8, (2,)), image(1, 8, 6, 8)
    means = heard(pyramid.levels[0])
    pyramid(given)

    torch.testing.assert_close(given[..., 3:, :4].mean((2, 3)), means[0][..., 1, 0])


def test_edsr_pp_enlarges_what_its_pyramid_has_joined() -> None:
    network = EDSRPP(2, blocks=1, features=8)
    assert isinstance(network.pyramid.join, nn.Conv2d)
    silent(network.pyramid.join)
    enlarged = heard(network.upsample)
    network(image(1, 3, 7, 9))

    assert not enlarged[0].any()
    assert (64, 128, 3, 3) == full("edsr_pp").get_parameter("pyramid.join.weight").shape
