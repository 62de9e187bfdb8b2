"""What a training begins with, where a file of others is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pipeline.errors import LearningError
from pipeline.learning.recipe import Recipe
from pipeline.lookup import build, settings
from pipeline.training.settings import Training
from pipeline.training.start import begin

ESPCN = {"name": "espcn", "scale": 2, "widths": [3, 2]}
NAMES = {"extract": "first_part.0", "map": "first_part.2", "enlarge": "last_part.0"}
START = {"file": "theirs.pth", "layout": "yjn870"}


def espcn(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    network: nn.Module = build("networks", ESPCN)
    return network


def begun(folder: Path, network: dict[str, Any] = ESPCN) -> nn.Module:
    """Begin with a file in which the tensors of an ESPCN lie under the names of others."""
    state = espcn(0).state_dict()
    (folder / "own" / "weights").mkdir(parents=True)
    named = {f"{NAMES[layer]}.{leaf}": state[f"{layer}.{leaf}"] for layer in NAMES for leaf in ("weight", "bias")}
    torch.save(named, folder / "own" / "weights" / START["file"])
    block = {"network": network, "recipe": {"name": "fixed"}, "start": START, "steps": 0}
    recipe: Recipe = build("recipes", {"name": "fixed"}, network=build("networks", network))
    return begin(recipe, settings(Training, block), folder / "models", folder / "own")["network"]


def test_a_network_begins_with_the_weights_in_the_file(tmp_path: Path) -> None:
    expected, found = espcn(0).state_dict(), begun(tmp_path).state_dict()

    assert all(torch.equal(expected[key], found[key]) for key in expected)
    assert not torch.equal(expected["map.weight"], espcn(1).state_dict()["map.weight"])


def test_a_file_of_a_network_with_other_options_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LearningError, match=r"theirs\.pth: is no `espcn` of these options .* extract.weight \(3x1x5x5"):
        begun(tmp_path, {**ESPCN, "widths": [4, 2]})
