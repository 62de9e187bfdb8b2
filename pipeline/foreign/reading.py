"""The tensors that lie in a file, by the names its authors gave them, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from pipeline.errors import DataError
from pipeline.foreign import caffe, matlab

PARALLEL = "module."
"""What torch's DataParallel writes before every name."""


def tensors(path: Path, inside: tuple[str, ...]) -> dict[str, Tensor]:
    """Return the tensors of the file by their names; those in mappings inside have the names on the way too, by dots.

    Args:
        inside: under one of which keys they lie, the better ones first, ``net.params`` being ``params`` in ``net``;
            none where the file is the tensors itself.

    Raises:
        DataError: the file cannot be read, or holds more than tensors.
    """
    held = _held(path)
    places = [place for key in inside if (place := _within(held, key)) is not None]
    found = places[0] if places else held
    if not isinstance(found, Mapping):
        raise DataError(f"{path}: holds a {type(found).__name__}, not tensors by their names")
    flat = dict(_flat(found))
    others = [key for key, value in flat.items() if not isinstance(value, Tensor)]
    if others:
        raise DataError(f"{path}: holds other things than tensors ({', '.join(others[:4])}); is the layout another?")
    parallel = all(key.startswith(PARALLEL) for key in flat)
    return {key.removeprefix(PARALLEL) if parallel else key: value for key, value in flat.items()}


def _held(path: Path) -> Any:
    """Return what the file holds: by its ending, and without one that is known as torch saves it."""
    if not path.is_file():
        raise DataError(f"{path}: not found")
    match path.suffix:
        case ".mat":
            return matlab.read(path)
        case ".caffemodel":
            return caffe.read(path)
        case _:
            return _saved_by_torch(path)


def _saved_by_torch(path: Path) -> Any:
    try:
        held = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
    except UnpicklingError as error:
        found = re.search(r"GLOBAL (\S+)", str(error))
        what = f"it holds code of others (`{found[1]}`)" if found else "it is broken, or holds code of others"
        raise DataError(f"{path}: only tensors are read, and {what}; save its `state_dict()` by `torch.save`") from None
    except (EOFError, RuntimeError, OSError, SafetensorError) as error:
        raise DataError(f"{path}: cannot be read: {' '.join(str(error).split())[:200] or 'it is empty'}") from None
    except (LookupError, ValueError, AttributeError, TypeError):  # torch takes any bytes for a pickle
        raise DataError(f"{path}: cannot be read: it is no file of weights") from None
    return held


def _within(held: Any, key: str) -> Any:
    """Return what ``held`` has under ``key``, whose dots lead inwards; None where it has no such."""
    for part in key.split("."):
        held = held.get(part) if isinstance(held, Mapping) else None
    return held


def _flat(held: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in held.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
