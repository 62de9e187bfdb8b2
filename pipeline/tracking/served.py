"""The model that MLflow serves: uint8 RGB in, uint8 RGB out, by the one way that this project restores images.

MLflow runs this file when it loads a model; the library it imports is the copy that was logged with the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from pipeline.learning.devices import device_of
from pipeline.restoring.image import restore
from pipeline.saved import load_recipe

MODEL = "model"
"""The artefact that is the model folder."""
SCALE, DEVICE = "scale", "device"
"""The keys of the model's configuration."""


class Served(PythonModel):
    """Restores one image, or one clip where the network restores clips."""

    def load_context(self, context: Any) -> None:
        """Load the network; ``load_model(..., model_config={"device": "cpu"})`` says where it runs."""
        self.device = device_of(context.model_config[DEVICE])
        self.scale = context.model_config[SCALE]
        self.recipe = load_recipe(Path(context.artifacts[MODEL])).to(self.device)

    # MLflow reads the annotation of `model_input` as a schema, unless it is one that it knows to hold none.
    def predict(self, context: Any, model_input: np.ndarray, params: Any = None) -> Any:
        """Map RGB (h, w, 3) to (H, W, 3), both uint8; clips have the frames in front."""
        return restore(self.recipe, {"lr": model_input}, self.scale, self.device).pixels


set_model(Served())
