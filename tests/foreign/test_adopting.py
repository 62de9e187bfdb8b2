"""Weights of others: what is renamed restores as theirs did, and what does not fit is named to the last tensor."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from pipeline.errors import DataError, LearningError
from pipeline.foreign.adopting import adopt
from pipeline.kinds import Layout
from pipeline.lookup import build, names
from tests.foreign.files import WRITERS, torch_file

EDSR = {"name": "edsr", "scale": 4, "blocks": 2, "features": 8}
MEAN = torch.tensor([0.4488, 0.4371, 0.4040])
SHIFT = {
    **{f"{side}_mean.weight": torch.eye(3).view(3, 3, 1, 1) for side in ("sub", "add")},
    "sub_mean.bias": -255 * MEAN,
    "add_mean.bias": 255 * MEAN,
}
BLOCKS_OF_EDSR_PYTORCH = {
    f"body.{i}.{ours}": f"body.{i}.body.{k}" for i in (0, 1) for k, ours in ((0, "first"), (2, "second"))
}
BLOCKS_OF_BASICSR = {
    f"body.{i}.{ours}": f"body.{i}.{conv}" for i in (0, 1) for conv, ours in (("conv1", "first"), ("conv2", "second"))
}
AROUND_CARN = {
    "head": "entry",
    "tail": "exit",
    **{f"body.blocks.{n}.fusions.{turn}": f"b{n + 1}.c{turn + 1}.body.0" for n in range(3) for turn in range(3)},
    **{f"body.fusions.{turn}": f"c{turn + 1}.body.0" for turn in range(3)},
    **{f"upsample.{scale}.{k}": f"upsample.up{scale}.body.{k}" for scale, k in ((2, 0), (3, 0), (4, 0), (4, 3))},
}
CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "edsr_pytorch",
        EDSR,
        {
            "head": "head.0",
            **BLOCKS_OF_EDSR_PYTORCH,
            "upsample.0": "tail.0.0",
            "upsample.2": "tail.0.2",
            "tail": "tail.1",
        },
    ),
    (
        "basicsr",
        EDSR,
        {"head": "conv_first", **BLOCKS_OF_BASICSR, "body.2": "conv_after_body", "tail": "conv_last"},
    ),
    ("yjn870", {"name": "srcnn", "scale": 2}, {"extract": "conv1", "map": "conv2", "reconstruct": "conv3"}),
    (
        "yjn870",
        {"name": "espcn", "scale": 3},
        {"extract": "first_part.0", "map": "first_part.2", "enlarge": "last_part.0"},
    ),
    (
        "yjn870",
        {"name": "fsrcnn", "scale": 3},
        {
            "extract.0": "first_part.0",
            "extract.1": "first_part.1",
            "shrink.0": "mid_part.0",
            "shrink.1": "mid_part.1",
            **{f"map.{i}": f"mid_part.{i + 2}" for i in range(8)},
            "expand.0": "mid_part.10",
            "expand.1": "mid_part.11",
            "enlarge": "last_part",
        },
    ),
    (
        "carn_pytorch",
        {"name": "carn", "scales": [2, 3, 4], "features": 8},
        AROUND_CARN
        | {
            f"body.blocks.{n}.blocks.{m}.{ours}": f"b{n + 1}.b{m + 1}.body.{k}"
            for n in range(3)
            for m in range(3)
            for k, ours in ((0, "first"), (2, "second"))
        },
    ),
    (
        "carn_pytorch",
        {"name": "carn_m", "scales": [2, 3, 4], "features": 8},
        AROUND_CARN
        | {f"body.blocks.{n}.blocks.0.layers.{k}": f"b{n + 1}.b1.body.{k}" for n in range(3) for k in (0, 2, 4)},
    ),
    (
        "pytorch_vdsr",
        {"name": "vdsr", "scale": 2},
        {
            "layers.0": "input",
            **{f"layers.{i + 1}": f"residual_layer.{i}.conv" for i in range(18)},
            "layers.19": "output",
        },
    ),
    ("vdsr_matconvnet", {"name": "vdsr", "scale": 2}, {f"layers.{i}": str(i) for i in range(20)}),
    (
        "lapsrn_matconvnet",
        {"name": "lapsrn", "scale": 4, "layers": 3, "features": 8},
        {
            "head.0": "input_conv",
            **{f"levels.{2 - n}.embed.{2 * i}": f"level{n}_conv{i + 1}" for n in (1, 2) for i in range(3)},
            **{f"levels.{2 - n}.embed.6.layer": f"level{n}_upconv" for n in (1, 2)},
            **{f"levels.{2 - n}.residual": f"level{n}_residual_conv" for n in (1, 2)},
            **{f"levels.{2 - n}.enlarge_image": f"level{n}_img_up" for n in (1, 2)},
        },
    ),
    (
        "lapsrn_matconvnet",
        {"name": "ms_lapsrn", "scales": [2, 4], "layers": 3, "features": 8},
        {
            "head": "input_conv",
            **{f"level.embed.{2 * i + 1}": f"conv{i + 1}" for i in range(3)},
            "level.enlarge_features.1.layer": "upconv",
            "level.residual": "residual_conv",
            "level.enlarge_image": "img_up",
        },
    ),
    (
        "idn_caffe",
        {"name": "idn", "scale": 3},
        {
            "extract.0.0": "conv1",
            "extract.1.0": "conv2",
            **{
                f"blocks.{n}.{step}.{i}.0": f"conv{n + 3}_{3 * later + i + 1}"
                for n in range(4)
                for later, step in enumerate(("first", "second"))
                for i in range(3)
            },
            **{f"blocks.{n}.compress.0": f"down{n + 1}" for n in range(4)},
            "enlarge": "upsample",
        },
    ),
]
"""Layout, network, and how the authors name its layers, by how they are named here where both differ."""


def network_of(spec: Mapping[str, Any], seed: int) -> nn.Module:
    torch.manual_seed(seed)
    network: nn.Module = build("networks", spec)
    for each in network.parameters():
        nn.init.normal_(each)
    return network


def theirs(network: nn.Module, layers: Mapping[str, str]) -> dict[str, Tensor]:
    """Return the tensors of ``network`` as its authors name them."""
    split = {key: key.rpartition(".") for key in network.state_dict()}
    state = network.state_dict()
    return {f"{layers.get(owner, owner)}.{leaf}": state[key] for key, (owner, _, leaf) in split.items()}


def layout_of(name: str) -> Layout:
    layout: Layout = build("layouts", {"name": name})
    return layout


def edsr_file(folder: Path, changes: Mapping[str, Tensor | None]) -> Path:
    """Save an EDSR as its authors do, but for ``changes``."""
    (layers,) = (layers for layout, _, layers in CASES if layout == "edsr_pytorch")
    held = {**theirs(network_of(EDSR, 0), layers), **SHIFT, **changes}
    path = folder / "edsr.pt"
    torch.save({key: value for key, value in held.items() if value is not None}, path)
    return path


def adopted(path: Path, layout: str = "edsr_pytorch", spec: Mapping[str, Any] = EDSR) -> nn.Module:
    network = network_of(spec, 1)
    adopt(network, spec["name"], path, layout_of(layout))
    return network


def test_every_table_is_tested_here() -> None:
    tables = {(name, network) for name in names("layouts") for network in layout_of(name).tables}

    assert {(layout, spec["name"]) for layout, spec, _ in CASES} == tables
    assert {network for _, network in tables} <= set(names("networks"))


@pytest.mark.parametrize(("layout", "spec", "layers"), CASES, ids=[f"{case[0]}-{case[1]['name']}" for case in CASES])
def test_their_names_become_ours(tmp_path: Path, layout: str, spec: dict[str, Any], layers: dict[str, str]) -> None:
    network = network_of(spec, 0)
    held = theirs(network, layers)
    if layout_of(layout).tables[spec["name"]].zeros:
        held = {key: value for key, value in held.items() if not key.endswith(".bias")}
        network.load_state_dict(
            {key: value * (not key.endswith(".bias")) for key, value in network.state_dict().items()}
        )
    file, write = WRITERS.get(layout, ("weights.pth", torch_file(layout_of(layout).inside)))
    write(tmp_path / file, held)
    found = adopted(tmp_path / file, layout, spec).state_dict()

    assert network.state_dict().keys() == found.keys()
    assert [] == [key for key, value in network.state_dict().items() if not torch.equal(value, found[key])]


def test_the_better_of_two_sets_is_taken(tmp_path: Path) -> None:
    (layers,) = (layers for layout, _, layers in CASES if layout == "basicsr")
    last, average = (theirs(network_of(EDSR, seed), layers) for seed in (2, 3))
    torch.save({"params": last, "params_ema": average}, tmp_path / "both.pth")

    assert torch.equal(
        average["conv_first.weight"], adopted(tmp_path / "both.pth", "basicsr").state_dict()["head.weight"]
    )


def test_a_file_of_safetensors_and_names_of_data_parallel_are_read(tmp_path: Path) -> None:
    held = torch.load(edsr_file(tmp_path, {}), weights_only=True)
    save_file({f"module.{key}": value.contiguous() for key, value in held.items()}, tmp_path / "edsr.safetensors")

    assert torch.equal(held["tail.1.bias"], adopted(tmp_path / "edsr.safetensors").state_dict()["tail.bias"])


FAULTS: list[tuple[dict[str, Tensor | None], str]] = [
    ({"head.1.weight": torch.zeros(1), "extra": torch.zeros(1)}, "no name here: head.1.weight, extra"),
    ({"body.0.body.2.bias": None, "tail.1.weight": None}, "not in the file: body.0.second.bias, tail.weight"),
    ({"body.2.bias": torch.zeros(9)}, r"of another shape: body.2.bias \(9, must be 8\)"),
    ({"add_mean.bias": 255 * MEAN + 1}, "not the data it must be: add_mean.bias"),
    ({"sub_mean.weight": 2 * SHIFT["sub_mean.weight"]}, "not the data it must be: sub_mean.weight"),
]


@pytest.mark.parametrize(("changes", "told"), FAULTS)
def test_every_tensor_that_does_not_fit_is_named(tmp_path: Path, changes: dict[str, Tensor | None], told: str) -> None:
    with pytest.raises(LearningError, match=rf"edsr\.pt: is no `edsr` of these options in that layout; {told}$"):
        adopted(edsr_file(tmp_path, changes))


def test_all_faults_are_one_line_and_nothing_is_loaded(tmp_path: Path) -> None:
    path, network = (
        edsr_file(tmp_path, {key: value for changes, _ in FAULTS[:3] for key, value in changes.items()}),
        network_of(EDSR, 1),
    )
    with pytest.raises(LearningError) as caught:
        adopt(network, "edsr", path, layout_of("edsr_pytorch"))

    assert 3 == str(caught.value).count(": ") - 1
    assert "\n" not in str(caught.value)
    assert torch.equal(network_of(EDSR, 1).state_dict()["head.weight"], network.state_dict()["head.weight"])


class Bomb:
    """A pickle that runs what it likes when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_nothing_of_a_file_is_run(tmp_path: Path) -> None:
    torch.save({"head.weight": Bomb(tmp_path / "ran")}, tmp_path / "bomb.pth")
    with pytest.raises(DataError, match="only tensors are read, and it holds code of others"):
        adopted(tmp_path / "bomb.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Bomb(tmp_path / "ran"), protocol=2))
    with pytest.raises(DataError, match=r"plain\.pth: "):
        adopted(tmp_path / "plain.pth")

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"none of it", b"hello world\n", b"Rar!\x1a\x07\x01"])
@pytest.mark.parametrize("name", ["a.pth", "a.safetensors", "a.mat", "a.caffemodel"])
def test_a_broken_file_is_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{re.escape(name)}: [^\n]+$"):
        adopted(tmp_path / name)


def test_a_file_that_is_no_mapping_of_tensors_says_what_it_holds(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.pth")
    torch.save({"params": {"x": torch.zeros(1)}, "epoch": 3}, tmp_path / "more.pth")
    torch.save({"params": [1]}, tmp_path / "deep.pth")
    torch.save({0: torch.zeros(1)}, tmp_path / "numbers.pth")

    with pytest.raises(DataError, match=r"deep\.pth: holds a list, not tensors by their names"):
        adopted(tmp_path / "deep.pth", "basicsr")
    with pytest.raises(LearningError, match=r"numbers\.pth: .*; no name here: 0; "):
        adopted(tmp_path / "numbers.pth")
    with pytest.raises(DataError, match=r"list\.pth: holds a list, not tensors by their names"):
        adopted(tmp_path / "list.pth")
    with pytest.raises(
        DataError, match=r"more\.pth: holds other things than tensors \(epoch\); is the layout another\?"
    ):
        adopted(tmp_path / "more.pth")
