"""Kernels that somebody else has made: from MATLAB's ``.mat`` files and NumPy's ``.npy`` onto an odd grid."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.images.array_files import Values, array_of, variables

Kernel = NDArray[np.float64]

STRAYED = 0.01
"""How far the sum of a kernel may be from 1: published ones were rounded."""
PLANE, STACK = 2, 3
"""The dimensions of a kernel, and of several."""


def read_kernels(path: Path, variable: str | None = None) -> list[Kernel]:
    """Return the kernels that ``path`` holds, float64, each amid zeros on an odd square grid.

    Several are a cell array, counted down its columns, or an array of three dimensions, counted along the last in a
    ``.mat`` and along the first in a ``.npy`` file.

    Args:
        variable: which variable of a ``.mat`` file; None where only one can be kernels.

    Raises:
        DataError: the file cannot be read, the variable is not there, or what it holds is no kernel.
    """
    if path.suffix == ".mat":
        found = variables(path)
        name = _chosen(found, path, variable)
        place, kernels = f"{path}: {name}", _several(found[name])
    else:
        if variable is not None:
            raise DataError(f"{path}: has no variables, being a .npy file; leave `variable` out")
        place, array = str(path), array_of(path)
        kernels = _several(np.moveaxis(array, 0, -1) if array.ndim == STACK else array)
    if not kernels:
        raise DataError(f"{place}: holds no kernel; it must be numbers in rows and columns, or several such")
    return [_on_odd_grid(_sound(each, place)) for each in kernels]


def _chosen(found: Mapping[str, Values], path: Path, variable: str | None) -> str:
    """Return the name of the variable that is wanted, or of the only one that can be kernels."""
    able = [name for name, value in found.items() if any(each.size > 1 for each in _several(value))]
    if variable is not None and variable not in found:
        raise DataError(f"{path}: has no variable `{variable}`; choices: {', '.join(able) or 'none'}")
    if variable is None and len(able) != 1:
        said = "holds no kernel" if not able else f"say which with `variable`; choices: {', '.join(able)}"
        raise DataError(f"{path}: {said}")
    return variable or able[0]


def _several(values: Values) -> list[Values]:
    """Return the kernels that a cell array, a stack (rows, columns, n) or one kernel holds; none if it is no such."""
    if values.dtype == object:
        cells = [np.asarray(cell) for cell in values.ravel(order="F")]
        return cells if all(_is_plane(cell) for cell in cells) else []
    if values.ndim == STACK and values.size and values.dtype.kind in "fiu":
        return list(np.moveaxis(values, -1, 0))
    return [values] if _is_plane(values) else []


def _is_plane(values: Values) -> bool:
    return values.ndim == PLANE and values.size > 0 and values.dtype.kind in "fiu"


def _sound(kernel: Values, place: str) -> Values:
    total = float(kernel.sum(dtype=np.float64))
    if not abs(total - 1) <= STRAYED:  # nor is one that is no number
        raise DataError(f"{place}: sums to {total:.4g}, not to 1; divide it by its sum, or name another variable")
    return kernel


def _on_odd_grid(kernel: Values) -> Kernel:
    """Put ``kernel`` (rows, columns) on the least odd square whose middle is its own.

    The middle of an even side is tap n // 2, counted from 0, as for SciPy's ``ndimage`` and OpenCV's ``filter2D``.
    """
    rows, columns = kernel.shape
    reach = max(rows, columns) // 2
    grid = np.zeros((2 * reach + 1, 2 * reach + 1))
    top, left = reach - rows // 2, reach - columns // 2
    grid[top : top + rows, left : left + columns] = kernel
    return grid
