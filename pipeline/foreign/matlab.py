"""Files of MATLAB, as the time of MatConvNet left them: structs, cells and arrays, the filters turned for torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipeline.images.array_files import Values, variables

FILTERS = 4
"""The dimensions of filters: height, width, maps read, maps made; MATLAB leaves out the last ones where they are 1."""


def read(path: Path) -> dict[str, Any]:
    """Return the variables of the file: structs and cells as mappings, numbers as tensors, other things as they are.

    Cells are counted from 0. Structs in a row that have a ``name`` and a ``value``, as the parameters of MatConvNet's
    DagNN, are a mapping of these.

    Filters (height, width, read, made) become torch's (made, read, height, width), and those of a transposed
    convolution (height, width, made, read) torch's (read, made, height, width). Vectors have four axes too.

    Raises:
        DataError: the file cannot be read.
    """
    return {name: _plain(value) for name, value in variables(path).items()}


def _plain(value: Any) -> Any:
    """Return an array of MATLAB as what it holds."""
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.names:
        return _of_structs(value)
    if value.dtype == object:
        return {str(place): _plain(each) for place, each in enumerate(value.ravel(order="F"))}
    return _filters(value) if value.dtype.kind in "fiu" and value.ndim <= FILTERS else value


def _of_structs(values: Values) -> dict[str, Any]:
    records = [{field: _plain(each[field]) for field in values.dtype.names or ()} for each in values.ravel(order="F")]
    if len(records) == 1:
        return records[0]
    if {"name", "value"} <= set(values.dtype.names or ()):
        return {_word(each["name"]): each["value"] for each in records}
    return {str(place): each for place, each in enumerate(records)}


def _word(value: Any) -> str:
    return "".join(map(str, np.asarray(value).ravel()))


def _filters(values: Values) -> Tensor:
    whole = values.reshape(values.shape + (1,) * (FILTERS - values.ndim))
    return torch.from_numpy(np.ascontiguousarray(whole.transpose(3, 2, 0, 1), dtype=np.float32))
