"""Bringing MLflow in line with the facts: runs, versions in the ledger's order, tags, aliases, descriptions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from pipeline.registry.facts import Facts
from pipeline.registry.ledger import Entry
from pipeline.registry.records import Record
from pipeline.registry.standing import Standing
from pipeline.tracking import descriptions
from pipeline.tracking.models import SERVED, logged
from pipeline.tracking.runs import HASH, NOTE, SAMPLES, Runs, Samples
from pipeline.tracking.store import Store, TrackingError

Weights: TypeAlias = Callable[[Record], AbstractContextManager[Path | None]]
"""Holds the model folder of a record ready, or None when its weights are lost."""
Illustrate: TypeAlias = Callable[[Record, Path], Samples | None]
"""Makes the sample images of a record from its model folder, or None where they cannot be made now."""


@dataclass(frozen=True)
class Sources:
    """Where what the facts leave out comes from."""

    weights: Weights
    illustrate: Illustrate


def index(store: Store, facts: Facts, sources: Sources) -> None:
    """Bring MLflow in line with ``facts``; what is so already is not sent again.

    Raises:
        TrackingError: MLflow does not answer, or its versions stand in another order than the ledger's.
    """
    with store.answering() as client:
        for task, stand in facts.standings.items():
            Board(client, store.artifacts, task, sources).follow(stand, facts)


def record_run(store: Store, record: Record, sources: Sources, date: str, name: str) -> None:
    """Record a run for the experiment ``name`` of DVC, unless the hash has one: no version, no verdict."""
    with store.answering() as client:
        board = Board(client, store.artifacts, record.task, sources)
        if record.hash not in board.runs.known:
            run = board.runs.upsert(record, date, {"dvc_experiment": name})
            with sources.weights(record) as folder:
                board.illustrate(run, record, folder)


class Board:
    """What MLflow knows of one task."""

    def __init__(self, client: MlflowClient, artifacts: Path | None, task: str, sources: Sources) -> None:
        self.client = client
        self.task = task
        self.sources = sources
        self.experiment = _experiment(client, artifacts, task)
        self.runs = Runs(client, self.experiment)

    def follow(self, stand: Standing, facts: Facts) -> None:
        """Bring the task in line with its standing."""
        self._describe(descriptions.of_task(self.task, stand, facts))
        versions = self._versions(stand)
        for entry in stand.versions:
            record = facts.record(entry)
            run = self.runs.upsert(record, entry.date, _tags(entry, stand, record))
            missing = entry.hash not in versions
            if missing or SAMPLES not in run.data.tags:
                with self.sources.weights(record) as folder:
                    self.illustrate(run, record, folder)
                    if missing:
                        versions[entry.hash] = self._create(run, entry, record, folder)
            self._tell(versions[entry.hash], descriptions.of_version(entry, stand, record))
        self._alias({role: versions[hash_].version for role, hash_ in stand.aliases.items()})

    def illustrate(self, run: Run, record: Record, folder: Path | None) -> None:
        """Give the run its sample images, once; none where they cannot be made."""
        if SAMPLES not in run.data.tags:
            samples = self.sources.illustrate(record, folder) if folder else None
            self.runs.illustrate(run, samples or {})

    def _versions(self, stand: Standing) -> dict[str, ModelVersion]:
        """Return the versions by hash; raise TrackingError where the next ones could not take their places."""
        found = sorted(self.client.search_model_versions(f"name = '{self.task}'"), key=lambda each: int(each.version))
        known = {each.tags[HASH]: each for each in found if HASH in each.tags}
        wanted = [each.hash for each in stand.versions]
        ours = [hash_ for hash_ in known if hash_ in wanted]
        if ours != wanted[: len(ours)]:
            raise TrackingError(
                f"{self.task}: MLflow's versions stand in another order than the ledger's; delete this registered "
                "model in MLflow, then run `make sync`"
            )
        return known

    def _create(self, run: Run, entry: Entry, record: Record, folder: Path | None) -> ModelVersion:
        model, served = logged(self.client, run, record, folder, entry.date)
        tags = {
            HASH: entry.hash,
            SERVED: served,
            "model": entry.model,
            "revision": entry.revision,
            "verdict": entry.verdict,
            "reasons": "; ".join(entry.reasons),
        }
        return self.client.create_model_version(
            self.task, f"models:/{model}", run.info.run_id, tags=tags, model_id=model, await_creation_for=0
        )

    def _tell(self, version: ModelVersion, text: str) -> None:
        if version.description != text:
            self.client.update_model_version(self.task, version.version, text)

    def _describe(self, text: str) -> None:
        """Say of experiment and registered model what is to be known; make the latter where it is missing."""
        experiment = self.client.get_experiment(self.experiment)
        if experiment.tags.get(NOTE) != text:
            self.client.set_experiment_tag(self.experiment, NOTE, text)
        found = list(self.client.search_registered_models(f"name = '{self.task}'"))
        if not found:
            self.client.create_registered_model(self.task, description=text)
        elif found[0].description != text:
            self.client.update_registered_model(self.task, text)

    def _alias(self, wanted: dict[str, str]) -> None:
        known = dict(self.client.get_registered_model(self.task).aliases)
        for role in descriptions.MEANING:
            if role in known and role not in wanted:
                self.client.delete_registered_model_alias(self.task, role)
            elif role in wanted and str(known.get(role)) != str(wanted[role]):
                self.client.set_registered_model_alias(self.task, role, wanted[role])


def _experiment(client: MlflowClient, artifacts: Path | None, name: str) -> str:
    """Return the experiment ``name``, made where it is missing."""
    found = client.get_experiment_by_name(name)
    if found:
        return str(found.experiment_id)
    place = (artifacts / name).as_uri() if artifacts else None
    tags = {"mlflow.experimentKind": "custom_model_development"}  # so that its pages are those of trainings
    return str(client.create_experiment(name, place, tags))


def _tags(entry: Entry, stand: Standing, record: Record) -> dict[str, str]:
    """Return what the run of a version says of its standing."""
    roles = [role for role, hash_ in stand.aliases.items() if hash_ == entry.hash]
    return {
        "standing": ", ".join(roles) or "none",
        "verdict": entry.verdict,
        "reasons": "; ".join(entry.reasons),
        "version": str(stand.number(entry.hash)),
        NOTE: descriptions.of_version(entry, stand, record),
    }
