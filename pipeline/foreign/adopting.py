"""From the names that authors gave their tensors to ours, to the last tensor."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.errors import LearningError
from pipeline.foreign.reading import tensors
from pipeline.kinds import Layout, Table


def adopt(network: nn.Module, name: str, path: Path, layout: Layout) -> None:
    """Give ``network``, whose name is ``name``, the weights in the file ``path``, to the last tensor.

    Raises:
        DataError: the file cannot be read, or holds more than tensors.
        LearningError: something in it does not fit; the line names every tensor that does not.
    """
    theirs, table = tensors(path, layout.inside), layout.tables[name]
    renamed = {key: _renamed(key, table, network) for key in theirs if key not in table.data}
    wanted = network.state_dict()
    weights = {key: torch.zeros_like(each) for key, each in wanted.items() if _is_zero(key, table)}
    weights |= {ours: _vector_where(wanted.get(ours), theirs[key]) for key, ours in renamed.items() if ours}
    met = Counter(renamed.values())
    faults = {
        "no name here": [key for key, ours in renamed.items() if ours not in wanted],
        "two names for one": [key for key, ours in renamed.items() if ours and met[ours] > 1],
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


def _renamed(key: str, table: Table, network: nn.Module) -> str:
    """Return our name for theirs, empty where the table has none."""
    for pattern, name in table.renames.items():
        found = re.fullmatch(pattern, key)
        if found:
            return _counted(found.expand(name), network)
    return ""


def _counted(name: str, network: nn.Module) -> str:
    """Return ``body.-1.weight`` as ``body.16.weight``: who names the last of a chain apart counts from there."""
    parts: list[str] = []
    inside: nn.Module | None = network
    for part in name.split("."):
        children = dict(inside.named_children()) if inside else {}
        parts.append(str(len(children) + int(part)) if part.startswith("-") else part)
        inside = children.get(parts[-1])
    return ".".join(parts)


def _vector_where(wanted: Tensor | None, theirs: Tensor) -> Tensor:
    """Return ``theirs``, a vector without its axes of 1 where that is wanted: some formats write four axes always."""
    is_vector = wanted is not None and wanted.ndim == 1 and theirs.numel() == max(theirs.shape, default=1)
    return theirs.flatten() if is_vector else theirs


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
