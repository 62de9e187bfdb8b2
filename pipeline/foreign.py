"""Weights that others have learnt, from the files they published: tensors are read, and nothing of a file is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from pipeline.errors import DataError, LearningError
from pipeline.kinds import Layout, Table

PARALLEL = "module."
"""What torch's DataParallel writes before every name."""


def adopt(network: nn.Module, name: str, path: Path, layout: Layout) -> None:
    """Give ``network``, whose name is ``name``, the weights in the file ``path``, to the last tensor.

    Raises:
        DataError: the file cannot be read, or holds more than tensors.
        LearningError: something in it does not fit; the line names every tensor that does not.
    """
    theirs, table = _tensors(path, layout), layout.tables[name]
    ours = _last_of_chains(network)
    renamed = {key: _renamed(key, table, ours) for key in theirs if key not in table.data}
    weights = {ours_name: theirs[key] for key, ours_name in renamed.items() if ours_name}
    wanted = network.state_dict()
    weights |= {
        key: torch.zeros_like(each) for key, each in wanted.items() if _is_zero(key, table) and key not in weights
    }
    faults = {
        "no name here": [key for key, ours_name in renamed.items() if ours_name not in wanted],
        "two names for one": [
            key for key, ours_name in renamed.items() if ours_name and weights[ours_name] is not theirs[key]
        ],
        "not in the file": [key for key in wanted if key not in weights],
        "of another shape": [
            _shapes(key, weights[key], wanted[key]) for key in wanted if _differ(key, weights, wanted)
        ],
        "not the data it must be": [key for key, data in table.data.items() if not _same(theirs.get(key), data)],
    }
    told = "; ".join(f"{what}: {', '.join(keys)}" for what, keys in faults.items() if keys)
    if told:
        raise LearningError(f"{path}: is no `{name}` of these options in that layout; {told}")
    network.load_state_dict(weights)


def _tensors(path: Path, layout: Layout) -> dict[str, Tensor]:
    """Return the tensors of the file by their names."""
    held = _held(path)
    for key in layout.inside:
        if key in held:
            held = held[key]
            break
    if not isinstance(held, Mapping):
        raise DataError(f"{path}: holds a {type(held).__name__}, not tensors by their names")
    others = [str(key) for key, value in held.items() if not (isinstance(key, str) and isinstance(value, Tensor))]
    if others:
        raise DataError(f"{path}: holds other things than tensors ({', '.join(others[:4])}); is the layout another?")
    parallel = all(key.startswith(PARALLEL) for key in held)
    return {key.removeprefix(PARALLEL) if parallel else key: value for key, value in held.items()}


def _held(path: Path) -> Any:
    try:
        held = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except FileNotFoundError:
        raise DataError(f"{path}: not found") from None
    except UnpicklingError as error:
        found = re.search(r"GLOBAL (\S+)", str(error))
        what = f"it holds code of others (`{found[1]}`)" if found else "it is broken, or holds code of others"
        raise DataError(f"{path}: only tensors are read, and {what}; save its `state_dict()` by `torch.save`") from None
    except (EOFError, RuntimeError, OSError, SafetensorError) as error:
        raise DataError(f"{path}: cannot be read: {' '.join(str(error).split())[:200] or 'it is empty'}") from None
    except (LookupError, ValueError, AttributeError, TypeError):  # torch takes any bytes for a pickle
        raise DataError(f"{path}: cannot be read: it is no file of weights") from None
    return held


def _last_of_chains(network: nn.Module) -> dict[str, str]:
    """Return ``body.-1`` -> ``body.16`` for every chain of layers: who names the last apart does not count them."""
    chains = {key: each for key, each in network.named_modules() if isinstance(each, nn.Sequential) and len(each)}
    return {f"{key}.-1": f"{key}.{len(each) - 1}" for key, each in chains.items()}


def _renamed(key: str, table: Table, last: Mapping[str, str]) -> str:
    """Return our name for theirs, empty where the table has none."""
    for pattern, name in table.renames.items():
        found = re.fullmatch(pattern, key)
        if found:
            ours = found.expand(name)
            owner, _, leaf = ours.rpartition(".")
            return f"{last.get(owner, owner)}.{leaf}"
    return ""


def _is_zero(key: str, table: Table) -> bool:
    return bool(table.zeros and re.fullmatch(table.zeros, key))


def _differ(key: str, weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> bool:
    return key in weights and weights[key].shape != wanted[key].shape


def _shapes(key: str, theirs: Tensor, ours: Tensor) -> str:
    return f"{key} ({'x'.join(map(str, theirs.shape))}, must be {'x'.join(map(str, ours.shape))})"


def _same(theirs: Tensor | None, data: Any) -> bool:
    """Tell whether ``theirs`` has the values ``data``; what is not in the file need not be."""
    known = torch.tensor(data)
    return theirs is None or (theirs.shape == known.shape and torch.allclose(theirs.float(), known, atol=1e-3))
