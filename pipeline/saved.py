"""A model folder: the spec that rebuilds its networks, their weights, and the engine that made them."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
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
    described = _described(spec).get(player)
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
        wanted = _shapes(network)
        unfit = sorted(key for key in wanted.keys() | own.keys() if key not in own or own[key].shape != wanted.get(key))
        if unfit:
            raise LearningError(f"{folder}: its `{name}` is another network; these tensors do not fit: {_some(unfit)}")
        network.load_state_dict(own)


def load_start(
    networks: Mapping[str, nn.Module],
    folder: Path,
    borrowed: Collection[str] = (),
    learning: Collection[str] = (),
) -> None:
    """Load what ``folder`` holds into ``networks``; one of which it holds nothing begins anew, and a line says so.

    One that learns may have been trained at another scale. Then what fits is taken over, and the rest, an upsampler,
    begins anew; a line says what. So EDSR's x4 starts from its x2 (arXiv:1707.02921, section 3.3).

    Args:
        borrowed: those that do not learn, whose weights must come from here.
        learning: those that will learn.

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
    described = _described(read_spec(folder))
    for name, network in there.items():
        if name in learning and _is_at_another_scale(network, described[name]):
            _load_what_fits(network, _of(name, weights), f"{folder}: its `{name}`", described[name]["scale"])
        else:
            load_into({name: network}, folder)
            _tell_scale(network, described[name], f"{folder}: its `{name}`")


def hash_of(folder: Path) -> str:
    """Return the model's hash: sha256 over spec and weights, blind to the engine."""
    read_spec(folder)
    digest = hashlib.sha256((folder / SPEC).read_bytes())
    digest.update((folder / WEIGHTS).read_bytes())
    return digest.hexdigest()


def _described(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a spec says of every network of a model, and whatever else its recipe has."""
    return {**spec["recipe"], "network": spec["network"]}


def _is_at_another_scale(network: nn.Module, described: Mapping[str, Any]) -> bool:
    """Tell whether ``described`` is ``network`` but for its scale."""
    scale = getattr(network, "scale", None)
    same = type(network).__module__.rpartition(".")[2] == described["name"]
    if not same or described.get("scale") in (None, scale):
        return False
    with torch.device("meta"):
        rescaled: nn.Module = build("networks", {**described, "scale": scale})
    return _shapes(rescaled) == _shapes(network)


def _tell_scale(network: nn.Module, described: Mapping[str, Any], told: str) -> None:
    """Say where all weights fit, but were learnt at another scale: right for what never sees one, as VDSR, else not."""
    own, theirs = getattr(network, "scale", None), described.get("scale")
    if None not in (own, theirs) and own != theirs:
        log.info("%s is of scale %s, and serves scale %s as it is", told, theirs, own)


def _load_what_fits(network: nn.Module, weights: Mapping[str, Tensor], told: str, scale: int) -> None:
    """Load the tensors that have a place in ``network``, and say which of its own begin anew, and which had none."""
    own = network.state_dict()
    fitting = {key: each for key, each in weights.items() if key in own and each.shape == own[key].shape}
    network.load_state_dict({**own, **fitting})
    anew, left = sorted(own.keys() - fitting.keys()), sorted(weights.keys() - own.keys())
    parts = [f"{len(fitting)} tensors are taken over"]
    parts += [f"these begin anew: {_some(anew)}"] if anew else []
    parts += [f"these have no place: {_some(left)}"] if left else []
    log.info("%s is of scale %s, this one of %s; %s", told, scale, network.scale, "; ".join(parts))


def _shapes(network: nn.Module) -> dict[str, torch.Size]:
    return {key: tensor.shape for key, tensor in network.state_dict().items()}


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:4]) + (" ..." if len(keys) > 4 else "")


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
