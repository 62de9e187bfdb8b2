"""LRFNet: what its kernels see, and in which order its layers come."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from pipeline.networks.lrfnet import SCHEMES, Block, LRFNet
from tests.nets import small

Separation = Literal["none", "A", "B", "C", "D"]


def footprint(network: nn.Module, size: int) -> Tensor:
    """Return which input pixels (size, size) the middle output pixel depends on."""
    network.double()
    for key, each in network.named_parameters():
        nn.init.constant_(each, 1.0 if key.endswith("weight") else 0.0)
    given = torch.ones(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(given)[0, 0, size // 2, size // 2], given)
    return gradient[0, 0] != 0


def extent(seen: Tensor) -> tuple[int, int]:
    """Return height and width of what is seen."""
    rows, columns = seen.nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@pytest.mark.parametrize(
    ("options", "side"),
    [
        ({"separation": "none", "kernel": 3}, 5 + 24 * 2),  # 3x3 at both ends; two kernels along a side in each block
        ({"separation": "none", "kernel": 5}, 5 + 24 * 4),
        ({"separation": "A", "kernel": 3}, 5 + 12 * 2),  # one kernel along a side in each block
        ({"separation": "A", "kernel": 9}, 5 + 12 * 8),
        ({"separation": "B", "kernel": 9}, 5 + 12 * 8),
        ({"separation": "C", "kernel": 9}, 5 + 12 * 8),
        ({"separation": "D", "kernel": 9}, 5 + 12 * 8),
        ({"separation": "none", "kernel": 3, "rates": (1, 2)}, 5 + 12 * 2 * 1 + 12 * 2 * 2),
        ({"separation": "none", "kernel": 3, "rates": (1, 2, 3)}, 5 + 8 * 2 * (1 + 2 + 3)),
        ({"separation": "none", "kernel": 3, "rates": (1, 4, 8)}, 5 + 8 * 2 * (1 + 4 + 8)),
        ({"separation": "A", "kernel": 3, "rates": (1, 4, 8)}, 5 + 4 * 2 * (1 + 4 + 8)),
    ],
)
def test_a_variant_sees_what_its_kernels_add_up_to(options: dict[str, Any], side: int) -> None:
    seen = footprint(LRFNet(4, **options, features=1), side + 4)

    assert (side, side) == extent(seen)


@pytest.mark.parametrize(("separation", "corners"), [("A", True), ("B", True), ("C", False), ("D", False)])
def test_kernels_one_behind_the_other_see_a_square_and_kernels_side_by_side_a_cross(
    separation: Separation, corners: bool
) -> None:
    seen = footprint(LRFNet(4, separation, kernel=7, blocks=1, features=1), 11)

    assert bool(seen[5].all())
    assert bool(seen[:, 5].all())
    assert corners == bool(seen[0, 0])


@pytest.mark.parametrize(
    ("separation", "sides"),
    [
        ("none", [(5, 5), (5, 5)]),
        ("A", [(1, 5), (5, 1)]),
        ("B", [(1, 5), (5, 1)]),
        ("C", [(1, 5), (5, 1)]),
        ("D", [(1, 5), (5, 1)]),
    ],
)
def test_the_layers_of_a_block_come_in_the_order_of_the_paper(
    separation: Separation, sides: list[tuple[int, int]]
) -> None:
    torch.manual_seed(0)
    block, given = Block(SCHEMES[separation], 2, 5, 2), torch.randn(1, 2, 12, 14)
    layers = [each for each in block.modules() if isinstance(each, nn.Conv2d)]

    def seen(number: int, features: Tensor) -> Tensor:
        weight, (rows, columns) = layers[number].weight, sides[number]
        return conv2d(features, weight, layers[number].bias, dilation=2, padding=(rows - 1, columns - 1))

    residual = {
        "none": lambda: seen(1, seen(0, given).relu()),
        "A": lambda: seen(1, seen(0, given).relu()),
        "B": lambda: seen(1, seen(0, given.relu())),
        "C": lambda: seen(0, given.relu()) + seen(1, given.relu()),
        "D": lambda: (seen(0, given) + seen(1, given)).relu(),
    }[separation]()

    assert sides == [each.kernel_size for each in layers]
    torch.testing.assert_close(given + residual, block(given))


@pytest.mark.parametrize(
    ("rates", "blocks", "spread"),
    [
        ((1,), 12, [1] * 12),
        ((1, 2), 12, [1] * 6 + [2] * 6),
        ((1, 4, 8), 12, [1] * 4 + [4] * 4 + [8] * 4),
        ((1, 2, 3), 4, [1, 1, 2, 3]),
        ((5, 3), 2, [5, 3]),
    ],
)
def test_rates_are_spread_over_the_blocks_from_the_first_to_the_last(
    rates: tuple[int, ...], blocks: int, spread: list[int]
) -> None:
    network = LRFNet(4, kernel=3, rates=rates, blocks=blocks, features=1)
    found = [{each.dilation for each in block.modules() if isinstance(each, nn.Conv2d)} for block in network.blocks]

    assert [{(rate, rate)} for rate in spread] == found


@pytest.mark.parametrize("long_skip", [True, False])
@pytest.mark.parametrize("global_skip", [True, False])
def test_the_skips_lead_past_the_blocks_and_past_everything(long_skip: bool, global_skip: bool) -> None:
    network = LRFNet(4, kernel=3, blocks=2, features=3, long_skip=long_skip, global_skip=global_skip)
    given = torch.rand(1, 3, 7, 9)
    head = network.head(given)
    expected = network.tail(network.blocks(head) + (head if long_skip else 0)) + (given if global_skip else 0)

    torch.testing.assert_close(expected, network(given))


def test_as_published_the_input_is_not_added_and_the_head_is() -> None:
    network, given = small("lrfnet"), torch.rand(1, 3, 7, 9)
    assert isinstance(network, LRFNet)
    head = network.head(given)

    torch.testing.assert_close(network.tail(network.blocks(head) + head), network(given))
