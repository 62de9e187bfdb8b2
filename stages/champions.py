"""Which model a user means who names none: the champion of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.registry import facts
from pipeline.registry.enrolling import task_of
from pipeline.registry.records import Record
from stages.weights import lost, weights_of


def task_in(params: Mapping[str, Any], task: str) -> str:
    """Return ``task``, or where it is empty that of the first gate."""
    if not task and not params["gates"]:
        raise PipelineError("params.yaml: has no gate, so there is no champion; name a TASK or a MODEL")
    return task or task_of(next(iter(params["gates"])))


def champion(task: str, ledger: Path, records: Path) -> Record:
    """Return the record of the champion of ``task``; raise PipelineError when there is none."""
    known = facts.read(ledger, records)
    standing = known.standings.get(task)
    if standing is None:
        raise PipelineError(f"TASK: `{task}` has no version; choices: {', '.join(known.standings) or 'none'}")
    if standing.champion is None:
        raise PipelineError(f"{task}: has no champion; `make compare` shows its versions, `make promote` decides")
    return known.record(standing.champion)


@contextmanager
def folder_of(record: Record, models: Path) -> Iterator[Path]:
    """Lend the model folder of ``record``; raise PipelineError when its weights are lost."""
    with weights_of(record, models) as folder:
        if folder is None:
            raise PipelineError(lost(record, models))
        yield folder
