"""One run for each model and hash: settings, scores, curve, costs, data, and the record itself."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag
from numpy.typing import NDArray

from pipeline.registry.comparing import settings_of
from pipeline.registry.records import SHORT, Record

HASH, COMPLETE, SAMPLES = "model_hash", "record", "samples"
"""Tags: what a run is found by; the digest of the record it shows, written last; how many sample images it has."""
NOTE = "mlflow.note.content"
COSTS = {"parameters", "multiply_adds", "seconds_per_megapixel"}
BATCH = 900
"""Metrics in one request; MLflow takes 1000."""
PARAMS = 90
"""Params or tags in one request; MLflow takes 100."""

Samples: TypeAlias = Mapping[str, NDArray[np.uint8]]
"""Pictures by the name of their image."""


class Runs:
    """The runs of a task, by the hash of their model."""

    def __init__(self, client: MlflowClient, experiment: str) -> None:
        self.client = client
        self.experiment = experiment
        self.known = {run.data.tags[HASH]: run for run in _all(client, experiment) if HASH in run.data.tags}

    def upsert(self, record: Record, date: str, tags: Mapping[str, str]) -> Run:
        """Return the run of ``record``, made or brought up to date; what is there already is not sent again."""
        run = self.known.get(record.hash) or self._created(record, date)
        sent = _digest(record)
        if run.data.tags.get(COMPLETE) != sent:
            self._fill(run, record, date)
            run = self.tagged(run, {COMPLETE: sent})
        return self.tagged(run, tags)

    def tagged(self, run: Run, tags: Mapping[str, str]) -> Run:
        """Set the tags that are not so yet, and return the run with them."""
        new = [RunTag(key, value) for key, value in tags.items() if run.data.tags.get(key) != value]
        for start in range(0, len(new), PARAMS):
            self.client.log_batch(run.info.run_id, tags=new[start : start + PARAMS])
        self.known[run.data.tags[HASH]] = run = self.client.get_run(run.info.run_id) if new else run
        return run

    def illustrate(self, run: Run, samples: Samples) -> None:
        """Give the run its sample images."""
        for image, pixels in samples.items():
            name = "".join(each if each.isalnum() or each in "_-." else "-" for each in image)
            grey = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
            self.client.log_image(run.info.run_id, grey, artifact_file=f"samples/{name}.png")
        self.tagged(run, {SAMPLES: str(len(samples))})

    def _created(self, record: Record, date: str) -> Run:
        name = f"{record.model} ({record.hash[:SHORT]})"
        return self.client.create_run(self.experiment, milliseconds(date), {HASH: record.hash}, run_name=name)

    def _fill(self, run: Run, record: Record, date: str) -> None:
        number, moment = run.info.run_id, milliseconds(date)
        metrics = [*score_metrics(record, moment), *_curve(record, moment)]
        for start in range(0, len(metrics), BATCH):
            self.client.log_batch(number, metrics=metrics[start : start + BATCH])
        params = [Param(key, value) for key, value in settings_of(record).items() if key not in run.data.params]
        for start in range(0, len(params), PARAMS):
            self.client.log_batch(number, params=params[start : start + PARAMS])
        self.client.log_inputs(number, datasets=_datasets(record))
        self.client.log_text(number, json.dumps(asdict(record), indent=1, sort_keys=True), "record.json")
        self.client.set_terminated(number, "FINISHED", end_time=moment)
        self.tagged(run, _tags(record))


def milliseconds(date: str) -> int:
    """Return an ISO 8601 date in UTC as MLflow counts time."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def score_metrics(record: Record, moment: int, model: str | None = None) -> Iterator[Metric]:
    """Yield scores under the names of their protocols, and costs; of the logged model ``model`` where it is given."""
    for benchmark, means in record.means().items():
        for name, value in means.items():
            yield Metric(f"{benchmark}/{name}", value, moment, 0, model_id=model)
    for name in COSTS & record.costs.keys():
        yield Metric(f"cost/{name}", record.costs[name], moment, 0, model_id=model)


def _curve(record: Record, moment: int) -> Iterator[Metric]:
    for row in csv.DictReader(record.curve):
        for name, cell in row.items():
            if name != "step" and cell:
                yield Metric(f"curve/{name}", float(cell), moment, int(row["step"]))


def _tags(record: Record) -> dict[str, str]:
    engine = {f"engine.{name}": str(value) for name, value in record.engine.items()}
    hashes = {f"dvc/{path}": md5 for path, md5 in record.dvc.items()}
    own = {"model": record.model, "revision": record.revision, "data": record.data}
    return own | engine | hashes


def _datasets(record: Record) -> list[DatasetInput]:
    suite = record.params["model"]["suite"]
    return [
        _dataset(record.params["model"]["pairs"], record.data, "learnt from"),
        _dataset(suite, record.judged["data"], "judged on"),
    ]


def _dataset(name: str, digest: str, use: str) -> DatasetInput:
    source = json.dumps({"path": f"data/pairs/{name}"})
    return DatasetInput(Dataset(name, digest[:36], "dvc", source), [InputTag("mlflow.data.context", use)])


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(asdict(record), sort_keys=True).encode()).hexdigest()


def _all(client: MlflowClient, experiment: str) -> Iterator[Run]:
    token = None
    while True:
        page = client.search_runs([experiment], order_by=["attributes.start_time ASC"], page_token=token)
        yield from page
        token = page.token
        if not token:
            return
