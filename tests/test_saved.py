"""A model folder: what is loaded is what was saved, its hash is of what decides, and what does not fit is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.errors import DataError, LearningError
from pipeline.lookup import build
from pipeline.saved import (
    ENGINE,
    SPEC,
    WEIGHTS,
    hash_of,
    load_into,
    load_network,
    load_recipe,
    load_start,
    read_spec,
    save,
    weights_of,
)

NETWORK = {"name": "espcn", "scale": 2, "widths": [3, 2]}
DEGRADER = {"name": "espcn", "scale": 3, "widths": [2, 3]}
MODEL = {"network": NETWORK, "recipe": {"name": "fixed"}}
CPU = {"precision": "fp32", "device": "cpu"}


def network_of(seed: int = 0, spec: Mapping[str, Any] = NETWORK) -> nn.Module:
    torch.manual_seed(seed)
    network: nn.Module = build("networks", spec)
    return network


def saved(folder: Path, seed: int = 0, spec: Mapping[str, Any] = MODEL, engine: Mapping[str, Any] = CPU) -> Path:
    save(folder, spec, weights_of({"network": network_of(seed)}), engine)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def output(network: nn.Module) -> Tensor:
    lr_y = torch.rand(1, 1, 5, 7, generator=torch.Generator().manual_seed(1))
    return network(lr_y)["sr_y"].detach()


def test_the_same_model_is_saved_as_the_same_bytes(tmp_path: Path) -> None:
    turned = {key: MODEL[key] for key in ("recipe", "network")}

    assert {SPEC, WEIGHTS, ENGINE} == content(saved(tmp_path / "a")).keys()
    assert content(tmp_path / "a") == content(saved(tmp_path / "b", spec=turned))


def test_the_layout_of_weights_in_memory_is_not_saved(tmp_path: Path) -> None:
    network = network_of().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    save(tmp_path / "b", MODEL, weights_of({"network": network}), CPU)

    assert content(saved(tmp_path / "a")) == content(tmp_path / "b")


def test_a_loaded_network_restores_as_the_saved_one_and_does_not_train(tmp_path: Path) -> None:
    loaded = load_network(saved(tmp_path / "model", seed=3))

    assert torch.equal(output(network_of(3)), output(loaded))
    assert not loaded.training


def test_a_loaded_recipe_holds_the_saved_network_and_does_not_train(tmp_path: Path) -> None:
    recipe = load_recipe(saved(tmp_path / "model", seed=3))

    assert torch.equal(output(network_of(3)), output(recipe.network))
    assert not any(module.training for module in recipe.modules())


def test_a_model_that_is_saved_again_after_loading_is_the_same(tmp_path: Path) -> None:
    first = saved(tmp_path / "first", seed=3)
    save(tmp_path / "again", read_spec(first), weights_of({"network": load_network(first)}), CPU)

    assert content(first) == content(tmp_path / "again")


def test_statistics_of_layers_are_saved_with_the_weights(tmp_path: Path) -> None:
    trained, fresh = nn.BatchNorm2d(2), nn.BatchNorm2d(2)
    trained(torch.rand(3, 2, 4, 4))
    save(tmp_path / "model", MODEL, weights_of({"network": trained}), CPU)
    load_into({"network": fresh}, tmp_path / "model")

    assert trained.state_dict().keys() == fresh.state_dict().keys()
    assert all(torch.equal(each, fresh.state_dict()[key]) for key, each in trained.state_dict().items())


def test_the_hash_sees_spec_and_weights_and_not_the_engine(tmp_path: Path) -> None:
    model, engine = saved(tmp_path / "model"), saved(tmp_path / "engine", engine={"precision": "bf16"})
    spec = saved(tmp_path / "spec", spec={**MODEL, "network": {**NETWORK, "scale": 3}})
    weights = saved(tmp_path / "weights", seed=1)

    assert hash_of(model) == hash_of(engine)
    assert 3 == len({hash_of(each) for each in (model, spec, weights)})


def test_each_network_of_a_model_gets_its_own_weights(tmp_path: Path) -> None:
    spec = {"network": NETWORK, "recipe": {"name": "unpaired", "degrader": DEGRADER}}
    save(tmp_path / "model", spec, weights_of({"network": network_of(3), "degrader": network_of(4, DEGRADER)}), CPU)

    assert torch.equal(output(network_of(3)), output(load_network(tmp_path / "model")))
    assert torch.equal(output(network_of(4, DEGRADER)), output(load_network(tmp_path / "model", "degrader")))


@pytest.mark.parametrize("fault", ["missing", "unexpected", "wrong shape"])
def test_weights_that_do_not_fit_are_one_line_with_folder_and_tensor(tmp_path: Path, fault: str) -> None:
    model = saved(tmp_path / "model")
    weights = load_file(model / WEIGHTS)
    if fault == "missing":
        del weights["network.map.bias"]
    elif fault == "unexpected":
        weights["network.map.scale"] = torch.zeros(2)
    else:
        weights["network.map.weight"] = weights["network.map.weight"].flatten()
    save_file(weights, model / WEIGHTS)
    tensor = {"missing": "map.bias", "unexpected": "map.scale", "wrong shape": "map.weight"}[fault]

    with pytest.raises(LearningError) as raised:
        load_network(model)

    assert f"{model}: its `network` is another network; these tensors do not fit: {tensor}" == str(raised.value)


def test_of_many_tensors_that_do_not_fit_some_are_shown(tmp_path: Path) -> None:
    model = saved(tmp_path / "model")

    with pytest.raises(
        LearningError, match=r": enlarge\.bias, enlarge\.weight, extract\.bias, extract\.weight \.\.\.$"
    ):
        load_into({"network": network_of(0, {**NETWORK, "scale": 3, "widths": [4, 5]})}, model)


def test_weights_that_do_not_fit_leave_the_network_as_it_was(tmp_path: Path) -> None:
    model, network = saved(tmp_path / "model"), network_of(9, {**NETWORK, "scale": 3})

    with pytest.raises(LearningError):
        load_into({"network": network}, model)

    assert torch.equal(output(network_of(9, {**NETWORK, "scale": 3})), output(network))


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_a_model_is_told(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "model").mkdir()

    with pytest.raises(DataError) as raised:
        load_network(tmp_path / "model")

    assert f"{tmp_path / 'model'}: holds no model; name one that `train` has made" == str(raised.value)


def test_a_network_that_the_recipe_does_not_train_is_told(tmp_path: Path) -> None:
    model = saved(tmp_path / "model")

    with pytest.raises(DataError) as raised:
        load_network(model, "degrader")

    assert f"{model}: its recipe `fixed` trains no `degrader`" == str(raised.value)


def test_a_model_that_cannot_be_saved_leaves_the_old_one(tmp_path: Path) -> None:
    before = content(saved(tmp_path / "model"))

    with pytest.raises(TypeError):
        save(tmp_path / "model", {**MODEL, "seed": 1}, weights_of({"network": network_of(1)}), {"device": object()})

    assert before == content(tmp_path / "model")
    assert [tmp_path / "model"] == list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"network": {}}'])
def test_a_broken_spec_is_one_line_that_names_the_file(tmp_path: Path, text: str) -> None:
    folder = saved(tmp_path / "model")
    (folder / SPEC).write_text(text)

    with pytest.raises(DataError, match=r"spec\.json: is broken .*; remove the folder and run `dvc repro`$"):
        load_recipe(folder)


def test_lost_and_cut_weights_are_one_line_that_names_the_file(tmp_path: Path) -> None:
    folder = saved(tmp_path / "model")
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1])
    with pytest.raises(DataError, match=r"weights\.safetensors: is broken .*; remove the folder and run `dvc repro`$"):
        load_recipe(folder)

    (folder / WEIGHTS).unlink()
    with pytest.raises(DataError, match=r"weights\.safetensors: not found; run `dvc repro` to make it$"):
        load_recipe(folder)


def test_a_folder_without_a_model_has_no_hash(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no model"):
        hash_of(tmp_path)


def test_a_start_that_lacks_a_player_lets_it_begin_anew_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = saved(tmp_path / "model", seed=3)
    network, degrader = network_of(4), network_of(5, DEGRADER)
    with caplog.at_level("INFO"):
        load_start({"network": network, "degrader": degrader}, start)

    assert torch.equal(output(network_of(3)), output(network))
    assert torch.equal(output(network_of(5, DEGRADER)), output(degrader))
    assert [f"{start}: holds no weights for `degrader`, which begins anew"] == caplog.messages


def test_a_player_without_weights_starts_from_a_model_whose_own_has_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bicubic = {"name": "bicubic", "scale": 2}
    spec = {"network": bicubic, "recipe": {"name": "unpaired", "degrader": DEGRADER}}
    players = {"network": network_of(0, bicubic), "degrader": network_of(3, DEGRADER)}
    save(tmp_path / "model", spec, weights_of(players), CPU)
    degrader = network_of(4, DEGRADER)
    load_start({"network": network_of(0, bicubic), "degrader": degrader}, tmp_path / "model")

    assert torch.equal(output(network_of(3, DEGRADER)), output(degrader))
    assert [] == caplog.messages


def test_a_start_that_holds_nothing_for_any_player_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "model", MODEL, {}, CPU)
    said = "holds no weights for `network`, `degrader`; start from `scratch`, or another model"
    with pytest.raises(LearningError, match=f"^start: {tmp_path / 'model'} {said}$"):
        load_start({"network": network_of(), "degrader": network_of(0, DEGRADER)}, tmp_path / "model")


def test_a_start_with_another_network_is_refused(tmp_path: Path) -> None:
    start = saved(tmp_path / "model")
    with pytest.raises(LearningError, match="its `network` is another network; these tensors do not fit"):
        load_start({"network": network_of(0, DEGRADER), "degrader": network_of(0, DEGRADER)}, start)


def test_a_player_that_does_not_learn_must_come_from_somewhere(tmp_path: Path) -> None:
    both = {"network": network_of(), "degrader": network_of(0, DEGRADER)}

    with pytest.raises(LearningError, match="`degrader` does not learn here"):
        load_start(both, tmp_path / "scratch", ["degrader"])
    load_start(both, tmp_path / "scratch")


EDSR = {"name": "edsr", "blocks": 1, "features": 4}
FIRST = "; these begin anew: upsample.0.bias, upsample.0.weight"


def started(start: Path, spec: Mapping[str, Any], *, seed: int = 9) -> nn.Module:
    """Return a network that learns, and has started."""
    network = network_of(seed, spec)
    load_start({"network": network}, start, learning=["network"])
    return network


def trained(folder: Path, spec: Mapping[str, Any]) -> dict[str, Tensor]:
    """Save a model and return the weights of its network."""
    network = network_of(3, spec)
    save(folder, {**MODEL, "network": spec}, weights_of({"network": network}), CPU)
    return network.state_dict()


@pytest.mark.parametrize(
    ("of", "to", "count", "said"),
    [
        (2, 4, 12, "; these begin anew: upsample.2.bias, upsample.2.weight"),
        (2, 3, 10, FIRST),
        (4, 2, 12, "; these have no place: upsample.2.bias, upsample.2.weight"),
        (4, 3, 10, f"{FIRST}; these have no place: upsample.2.bias, upsample.2.weight"),
    ],
)
def test_a_start_at_another_scale_is_taken_over_as_far_as_it_fits_and_a_line_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, of: int, to: int, count: int, said: str
) -> None:
    there, fresh = trained(tmp_path, {**EDSR, "scale": of}), network_of(9, {**EDSR, "scale": to}).state_dict()
    with caplog.at_level("INFO"):
        begun = started(tmp_path, {**EDSR, "scale": to}).state_dict()

    anew = {key for key, each in fresh.items() if key not in there or there[key].shape != each.shape}
    assert count == len(begun) - len(anew)
    assert all(torch.equal(each, (fresh if key in anew else there)[key]) for key, each in begun.items())
    line = f"{tmp_path}: its `network` is of scale {of}, this one of {to}; {count} tensors are taken over{said}"
    assert [line] == caplog.messages


@pytest.mark.parametrize("wrong", [{"features": 5}, {"blocks": 2}, {"name": "msrn"}])
def test_a_start_that_differs_in_more_than_its_scale_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    trained(tmp_path, {**EDSR, "scale": 2})

    with pytest.raises(LearningError, match="its `network` is another network; these tensors do not fit"):
        started(tmp_path, {**EDSR, "scale": 4, **wrong})


def test_a_start_at_another_scale_is_refused_where_nothing_learns(tmp_path: Path) -> None:
    trained(tmp_path, {**EDSR, "scale": 2})

    with pytest.raises(LearningError, match=r"these tensors do not fit: upsample\.2\.bias, upsample\.2\.weight$"):
        load_start({"network": network_of(9, {**EDSR, "scale": 4})}, tmp_path)


def test_weights_that_fit_another_scale_to_the_last_tensor_are_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    idn = {"name": "idn", "blocks": 1, "kept": 4}
    trained(tmp_path, {**idn, "scale": 2})
    with caplog.at_level("INFO"):
        load_start({"network": network_of(9, {**idn, "scale": 3})}, tmp_path)

    assert f"{tmp_path}: its `network` is of scale 2, and serves scale 3 as it is" in caplog.text


def test_a_start_at_another_scale_draws_no_chance(tmp_path: Path) -> None:
    trained(tmp_path, {**EDSR, "scale": 2})
    network = network_of(9, {**EDSR, "scale": 4})
    before = torch.get_rng_state()
    load_start({"network": network}, tmp_path, learning=["network"])

    assert torch.equal(before, torch.get_rng_state())
