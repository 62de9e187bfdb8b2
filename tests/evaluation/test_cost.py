"""What a model costs: multiply-adds as CARN's table prints them, parameters as the papers do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipeline.evaluation.cost import COUNTED, measure, multiply_adds
from pipeline.fields import needs
from pipeline.kinds import Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.saved import save, weights_of
from pipeline.shards.writing import pack

CPU = torch.device("cpu")


def counted(network: nn.Module, scale: int) -> int:
    """Count on an output of 1280x720, where the scale divides it, else on a little more."""
    batch = {}
    for field in needs(network.forward):
        factor = 1 if field.startswith("i") else scale
        height, width = (-(-side // scale) * scale // factor for side in COUNTED)
        batch[field] = torch.empty(1, 1 if field.endswith("_y") else 3, height, width, device="meta")
    return multiply_adds(network, batch)


@pytest.mark.parametrize(
    ("spec", "scale", "billions"),
    [
        ({"name": "srcnn", "kernels": [9, 5, 5]}, 2, 52.7),
        ({"name": "fsrcnn"}, 2, 6.0),
        ({"name": "fsrcnn"}, 3, 5.0),
        ({"name": "fsrcnn"}, 4, 4.6),
        ({"name": "vdsr"}, 2, 612.6),
        ({"name": "edsr"}, 2, 316.3),
        ({"name": "edsr"}, 3, 160.2),
        ({"name": "edsr"}, 4, 114.0),
        ({"name": "bicubic"}, 4, 0.0),
    ],
)
def test_multiply_adds_are_those_that_papers_print(spec: dict[str, Any], scale: int, billions: float) -> None:
    with torch.device("meta"):
        network: nn.Module = build("networks", {**spec, "scale": scale})

    assert pytest.approx(billions, rel=0.004, abs=0.051) == counted(network, scale) / 1e9


def test_linear_layers_and_attention_are_counted() -> None:
    class Attending(nn.Module):
        scale = 1

        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3, 3)

        def forward(self, lr: Tensor) -> Tensor:
            rows = self.linear(lr.movedim(1, -1))
            return (rows @ rows.transpose(-1, -2) @ rows).movedim(-1, 1)

    height, width = 72, 128
    found = multiply_adds(Attending(), {"lr": torch.empty(1, 3, height, width, device="meta")})

    whole = 100 * height * width  # 1280 x 720
    assert whole * 3 * 3 + 2 * whole * width * 3 == found


def test_a_model_is_measured_whole(tmp_path: Path) -> None:
    network = {"name": "edsr", "scale": 2, "blocks": 1, "features": 4}
    save(
        tmp_path / "model",
        {"network": network, "recipe": {"name": "fixed"}},
        weights_of({"network": build("networks", network)}),
        {},
    )
    image = np.random.default_rng(0).integers(0, 256, (40, 56, 3), np.uint8)
    pack([Sample("a", {"hr": image})], None, tmp_path / "shards")
    chain = [{"resize": {"to": "target", "kernel": "bicubic"}}]
    block = {"source": "set", "scale": 2, "learner": "scratch", "rounding": "uint8", "degradation": chain}
    places = {"shards": tmp_path / "shards", "learner": tmp_path, "out": tmp_path / "pairs"}
    make_pairs(settings(Pairs, block), "pairs-x2", **places, seed=1)

    cost = measure(tmp_path / "model", tmp_path / "pairs", CPU)

    weights = (3 * 4 * 9 + 4) + 3 * (4 * 4 * 9 + 4) + (4 * 16 * 9 + 16) + (4 * 3 * 9 + 3)
    assert (weights, "cpu", "fp32") == (cost.parameters, cost.device, cost.precision)
    quarter, whole = 720 * 1280 // 4, 720 * 1280
    products = quarter * 9 * (3 * 4 + 3 * 4 * 4 + 4 * 16) + whole * 9 * 4 * 3
    assert products == cost.multiply_adds
    assert 0 < cost.seconds_per_megapixel < 60
