"""Arrays that somebody else has saved: MATLAB's ``.mat`` files up to ``-v7``, and NumPy's ``.npy``."""

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

Values = NDArray[Any]

BROKEN = (
    *(ValueError, TypeError, LookupError, EOFError, OSError, MemoryError, NameError, AttributeError, OverflowError),
    *(struct.error, zlib.error, zipfile.BadZipFile, MatReadError),
)
"""What the libraries raise at a file that is not what its ending says."""


def variables(path: Path) -> dict[str, Values]:
    """Return the variables of a ``.mat`` file by name; a struct is an array of records, a cell array one of objects.

    Raises:
        DataError: the file cannot be read, or is one of MATLAB 7.3.
    """
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


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
