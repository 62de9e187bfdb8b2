"""Where MLflow gets what the facts leave out, and what is said when it does not answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.evaluation.samples import samples
from pipeline.learning.devices import device_of
from pipeline.pairs.reading import PAIRS, PairSet
from pipeline.registry.facts import Facts
from pipeline.registry.records import SHORT, Record
from pipeline.tracking.index import Illustrate, Sources, Weights, index
from pipeline.tracking.runs import Samples
from pipeline.tracking.store import TrackingError, store_of
from stages.entries import device_wish
from stages.facts import checkout
from stages.weights import holds, lost, weights_of

log = logging.getLogger(__name__)


def follow(facts: Facts, sources: Sources) -> None:
    """Bring MLflow in line with the facts; when it does not answer, say so in one line: they are written anyway."""
    with warned():
        index(store_of(checkout()), facts, sources)


@contextmanager
def warned() -> Iterator[None]:
    """Turn MLflow's silence into one line."""
    try:
        yield
    except TrackingError as error:
        log.warning("%s; what is decided stands in git; `make sync` brings MLflow up to date", error)


def of_folders(models: Path) -> Weights:
    """Return weights from the model folders; older versions are left to ``make sync``."""

    @contextmanager
    def weights(record: Record) -> Iterator[Path | None]:
        folder = models / record.model
        if not holds(folder, record):
            raise TrackingError(f"MLflow lacks {record.model} ({record.hash[:SHORT]}), an older version")
        yield folder

    return weights


def of_cache(models: Path) -> Weights:
    """Return weights from the model folders, or else from DVC's cache; one line says where it has lost them."""

    @contextmanager
    def weights(record: Record) -> Iterator[Path | None]:
        with weights_of(record, models) as folder:
            if folder is None:
                log.warning("%s, and it cannot be loaded from MLflow", lost(record, models))
            yield folder

    return weights


def of_pairs(pairs: Path) -> Illustrate:
    """Return sample images of the pairs a model was judged on, where they are still the same."""

    def illustrate(record: Record, folder: Path) -> Samples | None:
        judged = pairs / record.params["model"]["suite"]
        if not (judged / PAIRS).is_file() or PairSet(judged).facts.data != record.judged["data"]:
            return None
        made = samples(folder, judged, device_of(device_wish()), record.judged["suite"]["self_ensemble"])
        return {each.image: each.pixels for each in made}

    return illustrate
