"""The logged model behind a version: a pyfunc from code over safetensors, or a note that its weights are lost."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Run
from mlflow.models import ModelSignature
from mlflow.pyfunc import save_model
from mlflow.types import Schema, TensorSpec
from mlflow.utils.mlflow_tags import MLFLOW_MODEL_IS_EXTERNAL

from pipeline.registry.gathering import CLIP, IMAGE
from pipeline.registry.records import Record
from pipeline.signatures import HOME
from pipeline.tracking import served
from pipeline.tracking.runs import HASH, milliseconds, score_metrics

NEEDED = ("mlflow", "numpy", "safetensors", "torch", "tqdm")
"""What the library imports when it restores."""
SERVED = "served"
"""The tag that says whether a version can be loaded, and if not, why."""
EXAMPLE = {IMAGE: (16, 16, 3), CLIP: (2, 16, 16, 3)}
SIZES = {IMAGE: (-1, -1, 3), CLIP: (-1, -1, -1, 3)}


def logged(client: MlflowClient, run: Run, record: Record, folder: Path | None, date: str) -> tuple[str, str]:
    """Log the model of ``record`` for ``run``; return its id, and ``yes`` or why it cannot be served.

    Args:
        client: the way to MLflow.
        run: the run that made it.
        record: what is known of it.
        folder: the model folder; None when its weights are lost.
        date: of the version.
    """
    told = _servable(record, folder)
    tags = {HASH: record.hash, SERVED: told, **({} if told == "yes" else {MLFLOW_MODEL_IS_EXTERNAL: "true"})}
    model = client.create_logged_model(run.info.experiment_id, record.model, run.info.run_id, tags)
    if told == "yes":
        assert folder is not None
        with tempfile.TemporaryDirectory() as place:
            _write(Path(place, "model"), record, folder)
            client.log_model_artifacts(model.model_id, str(Path(place, "model")))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, step=0)])
    client.log_batch(run.info.run_id, metrics=[*score_metrics(record, milliseconds(date), model.model_id)])
    return model.model_id, told


def requirements() -> list[str]:
    """Return the pinned packages that a served model needs; a build of torch for one kind of machine is not named."""
    return [f"{name}=={version(name).partition('+')[0]}" for name in NEEDED]


def _servable(record: Record, folder: Path | None) -> str:
    if record.takes not in SIZES:
        return f"no: the network {record.takes}, which is not made from an image"
    return "yes" if folder else "no: the weights are lost"


def _write(place: Path, record: Record, folder: Path) -> None:
    pixels = np.dtype(np.uint8)
    schema = Schema([TensorSpec(pixels, SIZES[record.takes])])
    save_model(
        place,
        python_model=served.__file__,
        artifacts={served.MODEL: str(folder)},
        code_paths=[str(HOME)],
        signature=ModelSignature(inputs=schema, outputs=schema),
        input_example=np.zeros(EXAMPLE[record.takes], pixels),
        pip_requirements=requirements(),
        model_config={served.SCALE: record.scale, served.DEVICE: "auto"},
    )
