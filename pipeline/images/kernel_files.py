"""Kernels that somebody else has made: from MATLAB's ``.mat`` files and NumPy's ``.npy`` onto an odd grid."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from pipeline.errors import DataError

Kernel = NDArray[np.float64]
Values = NDArray[Any]

BROKEN = (
    *(ValueError, TypeError, KeyError, IndexError, EOFError, OSError, MemoryError),
    *(struct.error, zlib.error, zipfile.BadZipFile, MatReadError),
)
"""What the libraries raise at a file that is not what its ending says."""
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
        found = _variables(path)
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


def _variables(path: Path) -> dict[str, Values]:
    """Return the arrays of a ``.mat`` file by name."""
    try:
        content: Mapping[str, Any] = loadmat(path)
    except NotImplementedError:
        raise DataError(f"{path}: is a file of MATLAB 7.3, which is HDF5; save it anew with `save -v7`") from None
    except BROKEN as error:
        raise DataError(f"{path}: is no .mat file that can be read ({_line(error)})") from None
    return {name: value for name, value in content.items() if isinstance(value, np.ndarray) and name[:2] != "__"}


def array_of(path: Path) -> Values:
    """Return the array of a ``.npy`` file; raise DataError where it cannot be read."""
    try:
        array: Values = np.load(path, allow_pickle=False)
    except BROKEN as error:
        raise DataError(f"{path}: is no .npy file that can be read ({_line(error)})") from None
    if not isinstance(array, np.ndarray):  # an .npz under another name
        raise DataError(f"{path}: holds several arrays; save one with `numpy.save`")
    return array


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


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
