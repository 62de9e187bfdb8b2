"""``python -m stages upscale``: enlarge a picture, or a folder of them, with a champion or a named model."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.images.raw import Development
from pipeline.learning.devices import device_of
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.params.options import options
from pipeline.restoring.enlarging import enlarger
from pipeline.restoring.upscaling import upscale
from stages.champions import champion, folder_of, task_in
from stages.entries import device_wish, entry, keep_compiled


def main(
    params: Mapping[str, Any],
    models: Path,
    ledger: Path,
    records: Path,
    image: Path,
    out: Path,
    model: Path | None = None,
    task: Path | None = None,
    raw: Path | None = None,
) -> None:
    """Enlarge ``image`` into ``out``; ``raw`` says how RAW files are developed, as in ``exposure=0.5 demosaic=dht``."""
    if model and task:
        raise PipelineError("name a MODEL or a TASK, not both")
    how = options(Development, str(raw), "RAW") if raw else None
    keep_compiled()
    with _chosen(params, str(model or ""), str(task or ""), models, ledger, records) as folder:
        engine = settings(Engine, params["engine"])
        upscale(enlarger(folder, device_of(device_wish()), engine=engine), image, out, how)


@contextmanager
def _chosen(
    params: Mapping[str, Any], model: str, task: str, models: Path, ledger: Path, records: Path
) -> Iterator[Path]:
    if model:
        entry(params, "models", model)
        yield models / model
    else:
        with folder_of(champion(task_in(params, task), ledger, records), models) as folder:
            yield folder
