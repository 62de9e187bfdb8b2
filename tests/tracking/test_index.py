"""The index: MLflow follows the facts, is never needed for them, and can be made again at any time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from mlflow import MlflowClient

from pipeline.evaluation.samples import samples
from pipeline.kinds import Described, Sample
from pipeline.learning.recipe import Recipe
from pipeline.lookup import build
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.registry.enrolling import enrolled, promoted
from pipeline.registry.facts import Facts
from pipeline.registry.records import Record
from pipeline.restoring.image import restore
from pipeline.saved import hash_of, load_recipe, save, weights_of
from pipeline.shards.writing import pack
from pipeline.tracking.index import Sources, index, record_run
from pipeline.tracking.runs import Samples
from pipeline.tracking.store import SETTINGS, URI, Store, TrackingError, store_of
from stages.indexing import of_pairs
from tests.registry.invented import SUITE, params, record

pytestmark = pytest.mark.slow

DATE = "2026-01-02 03:04:05Z"
TASK = "sr-photos"
NETWORKS: dict[str, dict[str, Any]] = {
    "plain": {"name": "bicubic", "scale": 2},
    "colour": {"name": "edsr", "scale": 2, "blocks": 1, "features": 4},
    "luma": {"name": "espcn", "scale": 2, "widths": [3, 2]},
}
NOWHERE = "http://someone:secret@127.0.0.1:9"


@pytest.fixture
def store(tmp_path: Path, blank: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of its own for each test."""
    monkeypatch.delenv(URI, raising=False)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    shutil.copyfile(blank, tmp_path / "mlflow.db")
    return store_of(tmp_path)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model folder for each of NETWORKS."""
    torch.manual_seed(0)
    made = {}
    for name, spec in NETWORKS.items():
        made[name] = tmp_path_factory.mktemp("models") / name
        weights = weights_of({"network": build("networks", spec)})
        save(made[name], {"network": spec, "recipe": {"name": "fixed"}}, weights, {"device": "cpu"})
    return made


@pytest.fixture
def known(folders: dict[str, Path]) -> Facts:
    """Three versions of a task, the second champion, and one of another task."""
    gains = {"plain": 0.0, "colour": 1.0, "luma": -1.0}
    present = [of(folders, name, record(name, (30 + by, 31 + by, 32 + by, 33.5 + by))) for name, by in gains.items()]
    both = enrolled(present, Facts((), {}), params(), DATE)
    return enrolled([of(folders, "luma", record("luma", suite="grey"))], both, params("grey"), DATE)


def of(folders: dict[str, Path], name: str, invented: Record) -> Record:
    """Return an invented record with the hash of the model folder ``name``."""
    return replace(invented, hash=hash_of(folders[name]))


def sources(folders: dict[str, Path], lost: tuple[str, ...] = ()) -> Sources:
    @contextmanager
    def weights(wanted: Record) -> Iterator[Path | None]:
        yield None if wanted.model in lost else folders[wanted.model]

    def illustrate(wanted: Record, folder: Path) -> Samples:
        return {"a b": np.zeros((4, 9, 3), np.uint8), "grey": np.zeros((4, 9, 1), np.uint8)}

    return Sources(weights, illustrate)


def told(store: Store) -> dict[str, Any]:
    """Return all that a store tells, but for its own numbers and dates."""
    return {model.name: _task(store.client, model) for model in store.client.search_registered_models()}


def _task(client: MlflowClient, model: Any) -> dict[str, Any]:
    versions = sorted(client.search_model_versions(f"name = '{model.name}'"), key=lambda each: int(each.version))
    experiment = client.get_experiment_by_name(model.name)
    assert experiment is not None
    runs = {run.info.run_id: run for run in client.search_runs([experiment.experiment_id])}
    return {
        "said": (model.description, experiment.tags),
        "aliases": {role: int(number) for role, number in model.aliases.items()},
        "versions": [
            (int(each.version), each.description, each.tags, _run(client, runs[each.run_id])) for each in versions
        ],
        "runs": sorted(str(run.info.run_name) for run in runs.values()),
    }


def _run(client: MlflowClient, run: Any) -> Any:
    number = run.info.run_id
    metrics = {
        name: [(each.step, each.value, each.timestamp) for each in client.get_metric_history(number, name)]
        for name in run.data.metrics
    }
    files = sorted(each.path for folder in ("", "samples") for each in client.list_artifacts(number, folder))
    inputs = [(each.dataset.name, each.dataset.digest) for each in run.inputs.dataset_inputs]
    return run.info.run_name, run.info.start_time, run.data.tags, run.data.params, metrics, files, inputs


def test_a_newcomer_is_told_which_version_is_best_and_why(store: Store, folders: dict[str, Path], known: Facts) -> None:
    index(store, known, sources(folders))

    task = told(store)[TASK]
    _, description, tags, run = task["versions"][1]

    assert {"previous": 1, "champion": 2, "challenger": 3} == task["aliases"]
    assert task["said"][0].startswith(
        f"Champion: colour, version 2, since {DATE}: +1.00 dB psnr_y8 over plain (4 images"
    )
    assert description.startswith("Champion: the one to use.\n\n- champion by gate")
    assert ("colour", "champion", "yes") == (tags["model"], tags["verdict"], tags["served"])
    assert [(0, 32.625, 1767323045000)] == run[4]["photos-x2/psnr_y8"]
    assert [(10, 0.5, 1767323045000), (20, 0.25, 1767323045000)] == run[4]["curve/loss"]
    assert ["record.json", "samples", "samples/a-b.png", "samples/grey.png"] == run[5]
    assert {("learnt", "c" * 36), ("photos", "d" * 36)} == set(run[6])
    assert "0" * 32 + ".dir" == run[2]["dvc/models/colour"]
    assert "bicubic" == run[3]["network.name"]


def test_indexing_again_adds_nothing(store: Store, folders: dict[str, Path], known: Facts) -> None:
    index(store, known, sources(folders))
    before = told(store)

    index(store, known, sources({}))  # the weights are not even asked for

    assert before == told(store)


def test_a_lost_store_is_made_again(
    store: Store, folders: dict[str, Path], known: Facts, blank: Path, tmp_path: Path
) -> None:
    index(store, known, sources(folders))
    before = told(store)
    (tmp_path / "again").mkdir()
    shutil.copyfile(blank, tmp_path / "again" / "mlflow.db")
    another = store_of(tmp_path / "again")

    index(another, known, sources(folders))

    assert before == told(another)
    assert 3 == len(before[TASK]["versions"])


def test_what_was_interrupted_is_completed(
    store: Store, folders: dict[str, Path], known: Facts, blank: Path, tmp_path: Path
) -> None:
    def interrupted(wanted: Record, folder: Path) -> Samples:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(store, known, replace(sources(folders), illustrate=interrupted))
    index(store, known, sources(folders))
    (tmp_path / "again").mkdir()
    shutil.copyfile(blank, tmp_path / "again" / "mlflow.db")
    whole = store_of(tmp_path / "again")
    index(whole, known, sources(folders))

    assert told(whole) == told(store)


def test_a_promotion_moves_aliases_and_descriptions(store: Store, folders: dict[str, Path], known: Facts) -> None:
    index(store, known, sources(folders))

    index(store, known.after(promoted("plain", known, DATE)), sources(folders))

    task = told(store)[TASK]
    assert {"champion": 1, "previous": 2, "challenger": 3} == task["aliases"]
    assert task["said"][0].startswith("Champion: plain, version 1")
    assert task["said"][0] == task["said"][1]["mlflow.note.content"]


def test_new_scores_of_a_hash_are_told_beside_the_old_ones(
    store: Store, folders: dict[str, Path], known: Facts
) -> None:
    index(store, known, sources(folders))
    old = known.record(known.entries[0])
    new = replace(old, scores=("benchmark,image,psnr_y8,ssim_y8", "photos-x2,image0,40.0,0.9"))

    index(store, replace(known, records={**known.records, new.key: new}), sources(folders))

    _, _, _, run = told(store)[TASK]["versions"][0]
    assert [0.9] == [value for _, value, _ in run[4]["photos-x2/ssim_y8"]]
    assert 40.0 in [value for _, value, _ in run[4]["photos-x2/psnr_y8"]]


def test_an_experiment_records_a_run_and_no_version(store: Store, folders: dict[str, Path], known: Facts) -> None:
    new = known.record(known.entries[1])

    record_run(store, new, sources(folders), DATE, "wider")
    record_run(store, new, sources(folders), DATE, "again")

    experiment = store.client.get_experiment_by_name(TASK)
    assert experiment is not None
    (run,) = store.client.search_runs([experiment.experiment_id])
    assert "wider" == run.data.tags["dvc_experiment"]
    assert 32.625 == run.data.metrics["photos-x2/psnr_y8"]
    assert [] == list(store.client.search_registered_models())


def test_an_experiment_that_is_registered_later_keeps_its_run(
    store: Store, folders: dict[str, Path], known: Facts
) -> None:
    record_run(store, known.record(known.entries[1]), sources(folders), DATE, "wider")

    index(store, known, sources(folders))

    task = told(store)[TASK]
    assert 3 == len(task["runs"])
    assert "wider" == task["versions"][1][3][2]["dvc_experiment"]


def test_a_version_whose_weights_are_lost_keeps_its_place_and_says_so(
    store: Store, folders: dict[str, Path], known: Facts
) -> None:
    index(store, known, sources(folders, lost=("plain",)))
    index(store, known, sources({}))

    versions = told(store)[TASK]["versions"]
    assert ["no: the weights are lost", "yes", "yes"] == [tags["served"] for _, _, tags, _ in versions]
    assert [1, 2, 3] == [number for number, *_ in versions]


def test_a_network_that_reads_more_than_an_image_is_registered_but_not_served(
    store: Store, folders: dict[str, Path]
) -> None:
    invented = replace(of(folders, "plain", record("plain")), takes="reads ref")

    index(store, enrolled([invented], Facts((), {}), params(), DATE), sources(folders))

    ((_, _, tags, _),) = told(store)[TASK]["versions"]
    assert "no: the network reads ref, which is not made from an image" == tags["served"]


def test_versions_in_another_order_are_not_mixed_up(store: Store, folders: dict[str, Path], known: Facts) -> None:
    index(store, replace(known, entries=known.entries[1:3]), sources(folders))

    with pytest.raises(TrackingError, match="another order than the ledger's; delete this registered model"):
        index(store, known, sources(folders))


def test_a_server_that_does_not_answer_is_one_line_without_delay_and_password(
    tmp_path: Path, folders: dict[str, Path], known: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URI, NOWHERE)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    start = time.monotonic()

    with pytest.raises(TrackingError) as error:
        index(store_of(tmp_path), known, sources(folders))

    assert "MLflow at http://127.0.0.1:9: [Errno 111] Connection refused" == str(error.value)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("how", ["none", "mean"])
def test_sample_images_are_restored_as_the_suite_says_the_model_is_judged(
    folders: dict[str, Path], tmp_path: Path, how: Literal["none", "mean"]
) -> None:
    hr = np.random.default_rng(0).integers(0, 256, (40, 44, 3), np.uint8)
    pack([Sample("a", {"hr": hr})], None, tmp_path / "shards")
    link = Described[Any]({"name": "resize", "to": "target", "kernel": "bicubic"})
    wanted = Pairs("source", 2, "scratch", "uint8", [link])
    make_pairs(wanted, "photos", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "photos", seed=1)
    own = record("colour", data=PairSet(tmp_path / "photos").facts.data)
    judged = replace(own, judged={**own.judged, "suite": {**SUITE, "self_ensemble": how}})

    made = of_pairs(tmp_path)(judged, folders["colour"])
    (expected,) = samples(folders["colour"], tmp_path / "photos", torch.device("cpu"), how)

    assert made is not None
    assert np.array_equal(expected.pixels, made["a"])


LOADS = """
import sys
import mlflow, numpy as np
mlflow.set_tracking_uri(sys.argv[1])
for task in ("sr-photos", "sr-grey"):
    model = mlflow.pyfunc.load_model(f"models:/{task}@champion", model_config={"device": "cpu"})
    for size in ((5, 7), (16, 9), (33, 20)):
        image = np.random.default_rng(size).integers(0, 256, (*size, 3), np.uint8)
        np.save(f"{task}-{size[0]}.npy", model.predict(image))
import pipeline
assert "mlartifacts" in pipeline.__file__, pipeline.__file__
"""


def test_served_pixels_are_restored_pixels_at_any_size_with_the_code_that_was_logged(
    store: Store, folders: dict[str, Path], known: Facts, tmp_path: Path
) -> None:
    index(store, known, sources(folders))
    words = [sys.executable, "-c", LOADS, f"sqlite:///{tmp_path / 'mlflow.db'}"]

    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    for task, name in (("sr-photos", "colour"), ("sr-grey", "luma")):
        recipe: Recipe = load_recipe(folders[name])
        for size in ((5, 7), (16, 9), (33, 20)):
            image = np.random.default_rng(size).integers(0, 256, (*size, 3), np.uint8)
            expected = restore(recipe, {"lr": image}, 2, torch.device("cpu")).pixels
            np.testing.assert_array_equal(expected, np.load(tmp_path / f"{task}-{size[0]}.npy"))
