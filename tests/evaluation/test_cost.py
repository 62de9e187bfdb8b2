"""Costs: multiply-adds as papers print them, parameters, and seconds that are of the image they are said for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, scaled_dot_product_attention

from pipeline.errors import ScoreError
from pipeline.evaluation import cost
from pipeline.evaluation.cost import COUNTED, measure, multiply_adds, tiled
from pipeline.kinds import Sample
from pipeline.learning.handing import Handing
from pipeline.lookup import build
from pipeline.pairs.derive import TABLE
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.restoring.image import restore
from pipeline.saved import save, weights_of
from pipeline.shards.writing import pack
from tests.nets import PLACES, RESTORERS, full, places, scales_of
from tests.reporting.made import COST, CPU, ESPCN, MODELS, image, make, samples

OUTPUT = math.prod(COUNTED)


def fields(network: nn.Module, scale: int) -> dict[str, Tensor]:
    """Return what ``network`` reads to make an output of 1280x720, or a little more, without content."""
    low = [math.ceil(side / scale) for side in COUNTED]
    made: dict[str, Tensor] = {}
    for name in Handing(network).reads:
        if name in PLACES:
            made |= places(name, (low[0], low[1]), scale)
            continue
        enlarged = any(each.shrunk == 1 for each in TABLE.get(name, []))
        size = [each * scale for each in low] if enlarged else low
        made[name] = torch.empty(1, 1 if name.endswith("_y") else 3, *size, device="meta")
    return made


@pytest.mark.parametrize(
    ("name", "options", "scale", "printed"),
    [
        ("srcnn", {"kernels": [9, 5, 5]}, 2, "52.7"),
        ("srcnn", {"kernels": [9, 5, 5]}, 3, "52.7"),
        ("srcnn", {"kernels": [9, 5, 5]}, 4, "52.7"),
        ("fsrcnn", {}, 2, "6.0"),
        ("fsrcnn", {}, 3, "5.0"),
        ("fsrcnn", {}, 4, "4.6"),
        ("vdsr", {}, 2, "612.6"),
        ("vdsr", {}, 4, "612.6"),
        ("drcn", {}, 4, "17974.3"),
        ("drrn", {}, 4, "6796.9"),
    ],
)
def test_multiply_adds_are_those_that_papers_print(
    name: str, options: Mapping[str, Any], scale: int, printed: str
) -> None:
    with torch.device("meta"):
        network = build("networks", {"name": name, "scale": scale, **options})

    assert printed == f"{multiply_adds(network, fields(network, scale)) / 1e9:.1f}"


@pytest.mark.parametrize(
    ("scale", "printed", "products"),
    [
        (2, 316.3, (1728 + 33 * 36_864 + 4 * 36_864) / 4 + 1728),
        (3, 160.2, (1728 + 33 * 36_864 + 9 * 36_864) / 9 + 1728),
        (4, 114.0, (1728 + 33 * 36_864 + 4 * 36_864) / 16 + 4 * 36_864 / 4 + 1728),
    ],
)
def test_edsr_s_are_its_layers_written_out_and_within_a_quarter_per_cent_of_what_is_printed(
    scale: int, printed: float, products: float
) -> None:
    """Papers since CARN print 316.3, 160.2 and 114.0 G; the layers' sums are 316.25, 160.31 and 114.23 G."""
    found = multiply_adds(full("edsr", scale), fields(full("edsr", scale), scale))

    assert round(products * OUTPUT) == found
    assert abs(found / 1e9 / printed - 1) < 0.0025


def test_memnet_s_are_those_that_papers_print_and_five_more_reconstructions() -> None:
    """Papers since CARN print 2662.4 G; the layers' sum is 2662.35 G with one reconstruction, and there are six."""
    network = full("memnet", 4)

    once = multiply_adds(network, fields(network, 4)) - 5 * 9 * 64 * OUTPUT
    assert abs(once / 1e9 - 2662.4) < 0.1


@pytest.mark.parametrize("name", RESTORERS)
def test_every_network_can_be_counted_and_what_learns_nothing_costs_nothing(name: str) -> None:
    for scale in scales_of(name):
        network = full(name, scale)
        assert (multiply_adds(network, fields(network, scale)) > 0) == any(True for _ in network.parameters())


class Linears(nn.Module):
    """Two linear layers on every pixel: 3 x 8 and 8 x 3 products."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, lr: Tensor) -> Tensor:
        return self.layers(lr.movedim(1, -1)).movedim(-1, 1)


class Attention(nn.Module):
    """Every pixel looks at every pixel in two heads of 6 channels."""

    def forward(self, lr: Tensor) -> Tensor:
        tokens = lr.repeat(1, 4, 1, 1).flatten(2).reshape(len(lr), 2, 6, -1).transpose(-2, -1)
        looked = scaled_dot_product_attention(tokens, tokens, tokens)
        return looked.transpose(-2, -1).reshape(len(lr), 12, *lr.shape[-2:])[:, :3]


class Written(nn.Module):
    """The same, written as two matrix products."""

    def forward(self, lr: Tensor) -> Tensor:
        tokens = lr.repeat(1, 4, 1, 1).flatten(2).reshape(len(lr), 2, 6, -1).transpose(-2, -1)
        looked = (tokens @ tokens.transpose(-2, -1)).softmax(-1) @ tokens
        return looked.transpose(-2, -1).reshape(len(lr), 12, *lr.shape[-2:])[:, :3]


class Convolutions(nn.Module):
    """A grouped convolution, a dilated one with a stride, a transposed one, one over time."""

    def __init__(self) -> None:
        super().__init__()
        self.grouped = nn.Conv2d(4, 8, 3, padding=1, groups=2)
        self.strided = nn.Conv2d(8, 2, 3, stride=2, padding=2, dilation=2)
        self.transposed = nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        return self.transposed(self.strided(self.grouped(lr)))


@pytest.mark.parametrize(
    ("network", "shape", "each"),
    [
        (Linears(), (1, 3, 6, 10), 3 * 8 + 8 * 3),
        (Attention(), (1, 3, 4, 5), 2 * (20 * 6 + 20 * 6)),
        (Written(), (1, 3, 4, 5), 2 * (20 * 6 + 20 * 6)),
        (Convolutions(), (1, 4, 12, 8), 8 * 2 * 9 + 2 * 8 * 9 / 4 + 3 * 2 * 16),
    ],
    ids=["linear", "attention", "matrix products", "convolutions"],
)
def test_layers_are_counted_as_one_counts_them_by_hand(network: nn.Module, shape: tuple[int, ...], each: float) -> None:
    """``each`` is what one output pixel costs."""
    assert round(each * OUTPUT) == multiply_adds(network, {"lr": torch.zeros(shape)})


class Frames(nn.Module):
    """One convolution over time and space."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv3d(3, 12, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        return pixel_shuffle(self.layer(lr.transpose(1, 2)).transpose(1, 2), 2)


@pytest.mark.parametrize("frames", [1, 5])
def test_of_a_clip_one_frame_is_counted(frames: int) -> None:
    each = 12 * 3 * 27 / 4

    assert round(each * OUTPUT) == multiply_adds(Frames(), {"lr": torch.zeros(1, frames, 3, 6, 6)})


def test_counting_leaves_the_network_where_and_as_it_was() -> None:
    network = Linears()
    before = {name: value.clone() for name, value in network.state_dict().items()}

    multiply_adds(network, {"lr": torch.zeros(1, 3, 4, 4)})

    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert {"cpu"} == {value.device.type for value in network.state_dict().values()}


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_images_are_repeated_to_the_size_that_is_asked_for(tmp_path: Path, scale: int) -> None:
    clip = np.stack([image(24, 24, 3, seed=seed) for seed in range(2)])
    pack([Sample("a", {"hr": clip, "ref": image(12, 18, 3)})], None, tmp_path / "shards")
    wanted = Pairs("own", scale, "scratch", "uint8", [{"name": "resize", "to": "target", "kernel": "bicubic"}])  # type: ignore[list-item]
    make_pairs(wanted, "own", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "pairs", seed=1)

    planes, _ = tiled(PairSet(tmp_path / "pairs"), (50, 70))

    low = (-(-50 // scale), -(-70 // scale))
    assert {"lr": (2, *low, 3), "ref": (low[0] * scale, low[1] * scale, 3)} == {
        name: plane.shape for name, plane in planes.items()
    }
    side = 24 // scale
    assert np.array_equal(planes["lr"][:, :side, :side], planes["lr"][:, side : 2 * side, side : 2 * side])


def test_a_suite_without_lr_is_told(tmp_path: Path) -> None:
    made = make(tmp_path, {"espcn-x2": MODELS["espcn-x2"]})
    index = PairSet(tmp_path / "pairs" / "luma-x2")
    index.entries = []

    with pytest.raises(ScoreError, match="no image has LR; there is nothing to measure with"):
        tiled(index, COUNTED)
    assert made.params["models"]


def test_a_measurement_tells_parameters_seconds_and_where_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds are of a megapixel whatever the size that is timed, and the median of the runs after the first."""
    make(tmp_path, {"espcn-x2": MODELS["espcn-x2"]}, samples("a"))
    network = build("networks", {"scale": 2, **ESPCN})
    spec = {"network": {"scale": 2, **ESPCN}, "recipe": {"name": "fixed"}}
    save(tmp_path / "m", spec, weights_of({"network": network}), {})
    clock = iter([0.0, 5.0, 10.0, 12.0, 20.0, 23.0])
    sizes = []

    def noted(*arguments: Any) -> Any:
        made = restore(*arguments)
        assert made.luma is not None
        sizes.append(made.luma.size)
        return made

    monkeypatch.setattr(cost, "TIMED", (100, 200))
    monkeypatch.setattr(cost, "restore", noted)
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))

    found = measure(tmp_path / "m", tmp_path / "pairs" / "luma-x2", CPU)

    assert [20_000] * 4 == sizes
    assert 3.0 * 1e6 / 20_000 == found.seconds_per_megapixel
    assert sum(each.numel() for each in network.parameters()) == found.parameters
    assert found.multiply_adds == multiply_adds(network, fields(network, 2))
    assert ("cpu", "fp32", torch.get_num_threads()) == (found.device, found.precision, found.threads)
    assert set(COST) < set(vars(found))
