"""Where the weights of a version are: in the model folder of its name, or in DVC's cache."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.registry.records import SHORT, Record
from pipeline.saved import SPEC, hash_of
from stages.facts import cache_folder, cached


@contextmanager
def weights_of(record: Record, models: Path) -> Iterator[Path | None]:
    """Lend the model folder of ``record``; None when neither ``models`` nor DVC's cache has it."""
    folder = models / record.model
    if holds(folder, record):
        yield folder
        return
    with tempfile.TemporaryDirectory() as place:
        found = _copied(record.dvc.get(str(folder), ""), Path(place, record.model))
        yield found if found and holds(found, record) else None


def holds(folder: Path, record: Record) -> bool:
    """Tell whether ``folder`` is the model of ``record``."""
    return (folder / SPEC).is_file() and hash_of(folder) == record.hash


def lost(record: Record, models: Path) -> str:
    """Say that the weights of ``record`` are not there, and what may bring them back."""
    return (
        f"{record.model} ({record.hash[:SHORT]}): its weights are neither in {models / record.model} nor in DVC's "
        "cache; where a remote has them, `dvc fetch --all-commits` gets them, and `make promote` takes another"
    )


def _copied(md5: str, place: Path) -> Path | None:
    files = cached(md5, cache_folder()) if md5 else None
    if files is None:
        return None
    place.mkdir()
    for name, path in files.items():
        shutil.copyfile(path, place / name)
    return place
