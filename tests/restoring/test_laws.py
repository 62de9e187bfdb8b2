"""Laws of restoring one image: its size, its colours, its rounding, and that nothing but the pixels is left behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.errors import BatchError, ImageError
from pipeline.images.colour import luma, to_float, to_ycbcr
from pipeline.images.resize import resize
from pipeline.lookup import build
from pipeline.restoring.image import Restored, restore

SMALL: dict[str, dict[str, Any]] = {
    "edsr": {"blocks": 1, "features": 4},
    "espcn": {"widths": [3, 2]},
    "fsrcnn": {"features": 4, "shrunk": 2, "mappings": 1},
    "srcnn": {"widths": [3, 2]},
}
LUMA = ["bicubic_luma", "espcn", "fsrcnn", "srcnn"]
NETWORKS = ["bicubic", "edsr", *LUMA]


class Spy(nn.Module):
    """Enlarges RGB by repeating pixels, drops some of them when it trains, and notes how it was run."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.drop = nn.Dropout(0.5)
        self.graphs: list[bool] = []

    def forward(self, lr: Tensor) -> Tensor:
        self.graphs.append(torch.is_grad_enabled())
        return self.drop(self.weight * lr).repeat_interleave(2, -1).repeat_interleave(2, -2)


class Lumas(nn.Module):
    """Makes luma of one value everywhere, or a mosaic of what LR's was."""

    def __init__(self, value: float | None = None) -> None:
        super().__init__()
        self.value = value

    def forward(self, lr_y: Tensor) -> dict[str, Tensor]:
        large = lr_y.repeat_interleave(2, -1).repeat_interleave(2, -2)
        return {"sr_y": large if self.value is None else torch.full_like(large, self.value)}


def pixels(*shape: int, low: int = 0, high: int = 256) -> NDArray[np.uint8]:
    return np.random.default_rng(2).integers(low, high, shape, np.uint8)


def run(network: nn.Module, scale: int = 2, **planes: NDArray[Any]) -> Restored:
    return restore(build("recipes", {"name": "fixed"}, network=network), planes, scale, torch.device("cpu"))


def part(name: str, scale: int) -> nn.Module:
    torch.manual_seed(0)
    network: nn.Module = build("networks", {"name": name, "scale": scale, **SMALL.get(name, {})})
    return network.eval()


def of(restored: Restored) -> NDArray[np.uint8]:
    assert restored.pixels is not None
    return restored.pixels


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(5, 7), (9, 4)])
def test_the_restored_image_is_scale_times_as_large(name: str, scale: int, size: tuple[int, int]) -> None:
    restored = run(part(name, scale), scale, lr=pixels(*size, 3))

    assert (size[0] * scale, size[1] * scale, 3) == of(restored).shape
    assert np.uint8 == of(restored).dtype
    assert (restored.luma is not None) == (name in LUMA)


@pytest.mark.parametrize("scale", [2, 3])
@pytest.mark.parametrize("channels", [1, 3])
def test_bicubic_interpolation_is_the_one_of_eight_bits_to_the_pixel(scale: int, channels: int) -> None:
    lr = pixels(9, 8, channels)

    restored = run(part("bicubic", scale), scale, lr=lr)

    expected = resize(lr, (9 * scale, 8 * scale))
    assert restored.luma is None
    assert np.array_equal(np.broadcast_to(expected, (*expected.shape[:2], 3)), of(restored))


@pytest.mark.parametrize("value", [0.4, 0.5, 0.6])
def test_a_luma_network_has_no_say_in_the_colours(value: float) -> None:
    lr = pixels(7, 9, 3, low=100, high=156)

    found = to_ycbcr(to_float(of(run(Lumas(value), lr=lr))))

    colours = resize(to_ycbcr(to_float(lr))[..., 1:], (14, 18))
    assert np.abs(found[..., 0] - value).max() < 1 / 255
    assert np.abs(found[..., 1:] - colours).max() < 1 / 255


def test_of_a_luma_network_the_luma_itself_is_given_too_neither_rounded_nor_clipped() -> None:
    restored = run(Lumas(1.2345678), lr=pixels(3, 4, 3))

    assert restored.luma is not None
    assert ((6, 8), "float32") == (restored.luma.shape, restored.luma.dtype.name)
    assert bool((restored.luma == np.float32(1.2345678)).all())


def test_luma_alone_has_no_colours_to_be_completed_with() -> None:
    lr_y = np.random.default_rng(0).random((5, 3, 1), np.float32)

    restored = run(Lumas(), lr_y=lr_y)

    assert restored.pixels is None
    assert restored.luma is not None
    assert np.array_equal(lr_y[..., 0].repeat(2, 0).repeat(2, 1), restored.luma)


def test_the_luma_that_is_read_is_the_rounded_luma_of_lr() -> None:
    lr = pixels(5, 6, 3)

    restored = run(Lumas(), lr=lr)

    assert restored.luma is not None
    assert np.array_equal(to_float(luma(lr)), restored.luma[::2, ::2])


def test_a_grey_image_is_grey_after_a_luma_network_and_three_channels_after_one_on_rgb() -> None:
    lr = pixels(5, 6, 1)
    large = lr.repeat(2, 0).repeat(2, 1)

    assert np.array_equal(large, of(run(Lumas(), lr=lr)))
    assert np.array_equal(large.repeat(3, -1), of(run(Spy().eval(), lr=lr)))


@pytest.mark.parametrize("network", [Spy(), Lumas()])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_clip_is_restored_as_its_frames(network: nn.Module, channels: int) -> None:
    clip = pixels(3, 5, 7, channels)

    restored = of(run(network.eval(), lr=clip))

    assert np.array_equal(np.stack([of(run(network, lr=frame)) for frame in clip]), restored)


@pytest.mark.parametrize(("factor", "levels"), [(-1.0, 0), (2.0, 255), (0.5, 75), (0.502, 75), (0.499, 74)])
def test_pixels_are_rounded_half_up_and_clipped(factor: float, levels: int) -> None:
    spy = Spy().eval()
    nn.init.constant_(spy.weight, factor)

    assert {levels} == set(of(run(spy, lr=np.full((2, 3, 3), 149, np.uint8))).flat)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_told_in_one_line(value: float) -> None:
    with pytest.raises(ImageError, match=r"^the network made values that are no numbers; it has diverged: .*$"):
        run(Lumas(value), lr=pixels(3, 4, 3))


def test_a_field_that_no_plane_gives_is_told_with_the_planes_there_are() -> None:
    with pytest.raises(BatchError, match=r"^the network reads `lr`; the image has only \['lr_y', 'ref'\]$"):
        run(Spy(), ref=pixels(4, 4, 3), lr_y=np.zeros((4, 4, 1), np.float32))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_network_is_run_without_a_graph_and_keeps_its_mode(training: bool, enabled: bool) -> None:
    spy = Spy().train(training)

    with torch.set_grad_enabled(enabled):
        run(spy, lr=pixels(4, 5, 3))
        after = torch.is_grad_enabled()

    assert [False] == spy.graphs
    assert enabled == after
    assert [training] * 2 == [module.training for module in spy.modules()]


def test_restoring_twice_gives_the_same_and_changes_no_plane() -> None:
    lr, spy = pixels(4, 5, 3), Spy().eval()
    before, weights = lr.copy(), spy.weight.detach().clone()

    assert np.array_equal(of(run(spy, lr=lr)), of(run(spy, lr=lr)))
    assert np.array_equal(before, lr)
    assert torch.equal(weights, spy.weight)
