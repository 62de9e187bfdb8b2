"""``python -m stages upscale``: enlarge a picture, or a folder of them, with a champion or a named model."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.images.raw import Development
from pipeline.learning.devices import device_of
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.pairs.scales import Scales
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
    scale: Path | None = None,
) -> None:
    """Enlarge ``image`` into ``out``; ``raw`` says how RAW files are developed, as in ``exposure=0.5 demosaic=dht``.

    ``scale`` is for a model of several scales; where none is said, it is that of the model's suite.
    """
    if model and task:
        raise PipelineError("name a MODEL or a TASK, not both")
    how = options(Development, str(raw), "RAW") if raw else None
    wanted = _number(str(scale)) if scale else None
    keep_compiled()
    with _chosen(params, str(model or ""), str(task or ""), models, ledger, records) as (folder, judged):
        engine = settings(Engine, params["engine"])
        by = enlarger(folder, device_of(device_wish()), engine=engine, scale=wanted or judged.one)
        upscale(by, image, out, how)


@contextmanager
def _chosen(
    params: Mapping[str, Any], model: str, task: str, models: Path, ledger: Path, records: Path
) -> Iterator[tuple[Path, Scales]]:
    """Yield the folder of the model, and the scale of the pairs it is judged on."""
    if model:
        suite = entry(params, "models", model)["suite"]
        yield models / model, Scales(params["pairs"][suite]["scale"])
    else:
        record = champion(task_in(params, task), ledger, records)
        with folder_of(record, models) as folder:
            yield folder, Scales(record.scale)


def _number(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 1 <= scale < math.inf:
        raise PipelineError(f"SCALE: must be a number from 1 on, not `{text}`")
    return int(scale) if scale.is_integer() else scale
