"""A model folder: the spec that rebuilds its networks, their weights, and the engine that made them."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as serialise
from torch import Tensor, nn

from pipeline import atomic
from pipeline.errors import DataError, LearningError
from pipeline.kinds import Network
from pipeline.lookup import build

log = logging.getLogger(__name__)

SPEC = "spec.json"
WEIGHTS = "weights.safetensors"
ENGINE = "engine.json"


def save(folder: Path, spec: Mapping[str, Any], weights: Mapping[str, Tensor], engine: Mapping[str, Any]) -> None:
    """Write the model folder whole or not at all; ``weights`` as ``weights_of`` names them."""
    with atomic.folder(folder) as partial:
        (partial / SPEC).write_text(json.dumps(spec, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (partial / ENGINE).write_text(json.dumps(engine, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (partial / WEIGHTS).write_bytes(serialise({name: each.cpu().contiguous() for name, each in weights.items()}))


def weights_of(networks: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """Return all weights and buffers of a recipe's ``keeps`` under ``<network>.<name>``."""
    return {
        f"{name}.{key}": tensor.detach()
        for name, network in networks.items()
        for key, tensor in network.state_dict().items()
    }


def read_spec(folder: Path) -> dict[str, Any]:
    """Return the spec of a model folder; raise DataError when it is no model folder."""
    try:
        spec: dict[str, Any] = json.loads((folder / SPEC).read_text(encoding="utf-8"))
        return {"network": spec["network"], "recipe": spec["recipe"], **spec}
    except FileNotFoundError:
        raise DataError(f"{folder}: holds no model; name one that `train` has made") from None
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{folder / SPEC}: is broken ({error}); remove the folder and run `dvc repro`") from None


def load_network(folder: Path, player: str = "network") -> Network:
    """Rebuild one network of a model folder, in eval mode.

    Args:
        player: ``network``, or another network that the model's recipe keeps (``degrader``).
    """
    spec = read_spec(folder)
    described = spec["network"] if player == "network" else spec["recipe"].get(player)
    if described is None:
        raise DataError(f"{folder}: its recipe `{spec['recipe']['name']}` trains no `{player}`")
    network: Network = build("networks", described)
    load_into({player: network}, folder)
    return network.eval()


def load_recipe(folder: Path) -> Any:
    """Rebuild a model's recipe with its networks, in eval mode; what it returns is a ``Recipe``.

    Losses are built without a store: those that need the weights of others have them where something is learnt.
    """
    spec = read_spec(folder)
    recipe = build("recipes", spec["recipe"], network=build("networks", spec["network"]), store=None)
    load_into({name: getattr(recipe, name) for name in recipe.keeps}, folder)
    return recipe.eval()


def load_into(networks: Mapping[str, nn.Module], folder: Path) -> None:
    """Load the weights of ``folder`` into ``networks``; raise LearningError when they do not fit to the last tensor."""
    weights = _weights(folder / WEIGHTS)
    for name, network in networks.items():
        own = _of(name, weights)
        wanted = {key: tensor.shape for key, tensor in network.state_dict().items()}
        unfit = sorted(key for key in wanted.keys() | own.keys() if key not in own or own[key].shape != wanted.get(key))
        if unfit:
            shown = ", ".join(unfit[:4]) + (" ..." if len(unfit) > 4 else "")
            raise LearningError(f"{folder}: its `{name}` is another network; these tensors do not fit: {shown}")
        network.load_state_dict(own)


def load_start(networks: Mapping[str, nn.Module], folder: Path, borrowed: Sequence[str] = ()) -> None:
    """Load what ``folder`` holds into ``networks``; one of which it holds nothing begins anew, and a line says so.

    Args:
        borrowed: those that do not learn, whose weights must come from here.

    Raises:
        LearningError: when what it holds does not fit, or it holds nothing for any of them, or for one of ``borrowed``.
    """
    weights = _weights(folder / WEIGHTS) if (folder / SPEC).exists() else {}
    wanting = [name for name in borrowed if networks[name].state_dict() and not _of(name, weights)]
    if wanting:
        raise LearningError(f"start: `{wanting[0]}` does not learn here; start from a model that has trained one")
    if not weights and not (folder / SPEC).exists():
        return
    there = {name: network for name, network in networks.items() if _of(name, weights) or not network.state_dict()}
    if not any(_of(name, weights) for name in there):
        lacking = ", ".join(f"`{name}`" for name in networks)
        raise LearningError(f"start: {folder} holds no weights for {lacking}; start from `scratch`, or another model")
    for name in [each for each in networks if each not in there]:
        log.info("%s: holds no weights for `%s`, which begins anew", folder, name)
    load_into(there, folder)


def hash_of(folder: Path) -> str:
    """Return the model's hash: sha256 over spec and weights, blind to the engine."""
    read_spec(folder)
    digest = hashlib.sha256((folder / SPEC).read_bytes())
    digest.update((folder / WEIGHTS).read_bytes())
    return digest.hexdigest()


def _of(name: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of the network ``name``, under their own names."""
    prefix = f"{name}."
    return {key[len(prefix) :]: tensor for key, tensor in weights.items() if key.startswith(prefix)}


def _weights(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError:
        raise DataError(f"{path}: not found; run `dvc repro` to make it") from None
    except SafetensorError as error:
        raise DataError(f"{path}: is broken ({error}); remove the folder and run `dvc repro`") from None
