"""The registry's stages in a checkout: what stands in git, what DVC reruns, and what MLflow is told."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from ruamel.yaml import YAML

from pipeline.registry import ledger, records
from pipeline.registry.ledger import HEADER, Entry
from pipeline.saved import hash_of
from stages.indexing import of_cache
from tests.clones import Clone

pytestmark = pytest.mark.slow

REGISTRY = ("--ledger", "registry.yaml", "--records", "registry")
MADE = ("--models", "models", "--scores", "scores", "--curves", "curves", "--costs", "costs")
REGISTER = ("register", *MADE, "--pairs", "data/pairs", "--lock", "dvc.lock", *REGISTRY)
SYNC = ("sync", "--models", "models", "--pairs", "data/pairs", *REGISTRY)
PROMOTE = ("promote", "image-x2", "--models", "models", "--pairs", "data/pairs", *REGISTRY)


@dataclasses.dataclass(frozen=True)
class Local(Clone):
    """A clone whose MLflow is the file in its own folder."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "MLFLOW_TRACKING_URI": ""}


def facts(clone: Clone) -> dict[str, bytes]:
    """Return the bytes of the ledger and of all records."""
    paths = [clone.path / "registry.yaml", *sorted((clone.path / "registry").rglob("*.json"))]
    return {path.relative_to(clone.path).as_posix(): path.read_bytes() for path in paths}


def entries(clone: Clone) -> list[Entry]:
    return ledger.read(clone.path / "registry.yaml")


def lean(clone: Clone) -> None:
    """Leave two models in params.yaml and nothing in the registry."""
    path = clone.path / "params.yaml"
    params = json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8"))))
    params["models"] = {name: params["models"][name] for name in ("image-x2", "again-x2")}
    params["pairs"].pop("textures-learned-x2")
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(params, file)
    (clone.path / "registry.yaml").write_text(HEADER, encoding="utf-8")
    shutil.rmtree(clone.path / "registry")


def versions(clone: Clone) -> dict[str, Any]:
    """Return what the clone's own MLflow knows of the task of textures."""
    client = MlflowClient(f"sqlite:///{clone.path / 'mlflow.db'}")
    found = client.search_model_versions("name = 'sr-textures-x2'")
    runs = [run for each in client.search_experiments() for run in client.search_runs([each.experiment_id])]
    served = {str(each.version): each.tags["served"] for each in found}
    return {"versions": served, "runs": len(runs), "samples": [run.data.tags["samples"] for run in runs]}


def test_every_model_of_params_is_registered_with_what_it_was_made_from(made: Clone) -> None:
    models = list(YAML(typ="safe").load((made.path / "params.yaml").read_text(encoding="utf-8"))["models"])
    first = entries(made)[0]
    record = json.loads((made.path / "registry" / first.task / f"{first.hash}.json").read_text(encoding="utf-8"))
    lock = YAML(typ="safe").load((made.path / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    (out,) = [each for each in lock["train@image-x2"]["outs"] if each["path"] == "models/image-x2"]

    assert models == [each.model for each in entries(made)]
    assert "champion" == first.verdict
    assert out["md5"] == record["dvc"]["models/image-x2"]
    assert (made.path / "scores" / "image-x2.csv").read_text(encoding="utf-8").splitlines() == record["scores"]
    assert 40 == len(record["revision"].removesuffix("-dirty"))


def test_without_mlflow_the_facts_are_written_the_stage_ends_well_and_one_line_names_sync(copy: Clone) -> None:
    lean(copy)

    said = copy.stages(*REGISTER)

    assert 0 == said.returncode
    (line,) = said.stderr.splitlines()
    assert "MLflow at http://127.0.0.1:9" in line
    assert "`make sync`" in line
    assert ["again-x2", "image-x2"] == [each.model for each in entries(copy)]


def test_sync_makes_a_lost_store_from_dvcs_cache_and_registering_again_changes_nothing(
    copy: Clone, blank: Path
) -> None:
    lean(copy)
    copy.stages(*REGISTER)
    before = facts(copy)
    shutil.copyfile(blank, copy.path / "mlflow.db")
    folder = (copy.path / "models" / "image-x2").rename(copy.path / "aside")  # DVC's cache alone has the weights

    synced = Local(copy.path).stages(*SYNC)

    assert 0 == synced.returncode, synced.stderr
    assert {"versions": {"1": "yes", "2": "yes"}, "runs": 2, "samples": ["4", "4"]} == versions(copy)

    folder.rename(copy.path / "models" / "image-x2")
    again = Local(copy.path).stages(*REGISTER)

    assert (0, "") == (again.returncode, again.stderr)
    assert before == facts(copy)
    assert {"versions": {"1": "yes", "2": "yes"}, "runs": 2, "samples": ["4", "4"]} == versions(copy)


def test_weights_that_the_cache_has_lost_are_one_line(
    copy: Clone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(copy.path)
    (record, *_) = records.read(Path("registry")).values()
    shutil.rmtree(Path("models", record.model))
    with of_cache(Path("models"))(record) as folder:
        there = folder is not None and hash_of(folder) == record.hash
    shutil.rmtree(Path(".dvc", "cache"))
    with of_cache(Path("models"))(record) as folder:
        lost = folder

    assert there
    assert lost is None
    (line,) = caplog.messages
    assert f"its weights are neither in models/{record.model} nor in DVC's cache" in line


def test_an_experiment_records_runs_and_writes_no_fact(copy: Clone, blank: Path) -> None:
    lean(copy)
    shutil.copyfile(blank, copy.path / "mlflow.db")

    said = copy.run("env", "DVC_EXP_NAME=wider", "MLFLOW_TRACKING_URI=", "python", "-m", "stages", *REGISTER)

    assert 0 == said.returncode, said.stderr
    assert [] == entries(copy)
    assert not (copy.path / "registry").exists()
    assert {"versions": {}, "runs": 2, "samples": ["4", "4"]} == versions(copy)


def test_a_promotion_is_indexed_once_and_a_fact_that_was_taken_back_is_written_again(copy: Clone) -> None:
    before = (copy.path / "registry.yaml").read_text(encoding="utf-8")
    said = copy.stages(*PROMOTE)
    promoted = facts(copy)

    assert 0 == said.returncode, said.stderr
    assert ("image-x2", "promote") == (entries(copy)[-1].model, entries(copy)[-1].by)
    assert ["register"] == copy.repro()
    assert promoted == facts(copy)

    (copy.path / "registry.yaml").write_text(before[: before.rindex("- task:")], encoding="utf-8")

    assert ["register"] == copy.repro()
    assert before.splitlines()[-1] == (copy.path / "registry.yaml").read_text(encoding="utf-8").splitlines()[-1]


def test_a_removed_model_vanishes_from_the_comparison(copy: Clone) -> None:
    compare = ("compare", "--models", "models", *REGISTRY)
    before = copy.stages(*compare).stdout
    copy.edit("params.yaml", "  video-x2:", "  other-x2:")

    assert "video-x2" in before
    assert "video-x2" not in copy.stages(*compare).stdout


@pytest.mark.prove
def test_a_setting_that_returns_is_the_version_it_was(copy: Clone) -> None:
    network, count = "network: {name: tiny_video, scale: 2}", len(entries(copy))

    copy.edit("params.yaml", network, f"{network}, steps: 8")
    changed = copy.repro()
    copy.edit("params.yaml", f"{network}, steps: 8", network)
    copy.repro()
    table = copy.stages("compare", "--models", "models", *REGISTRY).stdout
    lines = [line for line in table.splitlines() if " video-x2 " in line and "challenger" not in line.split()[-1]]

    assert "register" in changed
    assert count + 1 == len(entries(copy))
    assert [True, False] == [line.endswith("yes") for line in lines[:2]]
