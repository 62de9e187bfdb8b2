"""What a training begins with: first weights, those of another model, or those that others have published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from pipeline.bounds import WEIGHTS
from pipeline.foreign.adopting import adopt
from pipeline.learning.recipe import Recipe
from pipeline.saved import load_start
from pipeline.training.settings import Training


def begin(recipe: Recipe, settings: Training, model: Path, own: Path | None) -> Mapping[str, nn.Module]:
    """Give the networks that ``recipe`` keeps their first weights, and return them by their names.

    Args:
        model: the model folder that is started from; an empty folder for none.
        own: the user's own files, among them those of ``settings.start``.
    """
    networks = {player: getattr(recipe, player) for player in recipe.keeps}
    learning = networks.keys() - recipe.borrowed if settings.steps else ()
    load_start(networks, model, recipe.borrowed, learning)
    if settings.start:
        assert own is not None, "the stage says where the user's files are"
        file = own / WEIGHTS / settings.start.file
        adopt(networks[recipe.keeps[0]], settings.network["name"], file, settings.start.layout)
    return networks
