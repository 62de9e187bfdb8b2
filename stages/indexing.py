"""Where MLflow gets what the facts leave out, and what is said when it does not answer."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.evaluation.samples import samples
from pipeline.learning.devices import device_of
from pipeline.pairs.reading import PAIRS, PairSet
from pipeline.registry.facts import Facts
from pipeline.registry.records import SHORT, Record
from pipeline.saved import SPEC, hash_of
from pipeline.tracking.index import Illustrate, Sources, Weights, index
from pipeline.tracking.runs import Samples
from pipeline.tracking.store import TrackingError, store_of
from stages.entries import device_wish
from stages.facts import cache_folder, cached, checkout

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
        if not _holds(folder, record):
            raise TrackingError(f"MLflow lacks {record.model} ({record.hash[:SHORT]}), an older version")
        yield folder

    return weights


def of_cache(models: Path) -> Weights:
    """Return weights from the model folders, or else from DVC's cache; one line says where it has lost them."""

    @contextmanager
    def weights(record: Record) -> Iterator[Path | None]:
        folder = models / record.model
        if _holds(folder, record):
            yield folder
            return
        with tempfile.TemporaryDirectory() as place:
            found = _copied(record.dvc.get(str(folder), ""), Path(place, "model"))
            if not found or not _holds(found, record):
                log.warning(
                    "%s (%s): its weights are neither in %s nor in DVC's cache, and cannot be loaded from MLflow; "
                    "where a remote has them, `dvc fetch --all-commits` gets them",
                    *(record.model, record.hash[:SHORT], folder),
                )
                found = None
            yield found

    return weights


def of_pairs(pairs: Path) -> Illustrate:
    """Return sample images of the pairs a model was judged on, where they are still the same."""

    def illustrate(record: Record, folder: Path) -> Samples | None:
        judged = pairs / record.params["model"]["suite"]
        if not (judged / PAIRS).is_file() or PairSet(judged).facts.data != record.judged["data"]:
            return None
        made = samples(folder, judged, device_of(device_wish()))
        return {each.image: each.pixels for each in made}

    return illustrate


def _holds(folder: Path, record: Record) -> bool:
    return (folder / SPEC).is_file() and hash_of(folder) == record.hash


def _copied(md5: str, place: Path) -> Path | None:
    files = cached(md5, cache_folder()) if md5 else None
    if files is None:
        return None
    place.mkdir()
    for name, path in files.items():
        shutil.copyfile(path, place / name)
    return place
