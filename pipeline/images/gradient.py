"""How steep an image is at each pixel."""

import numpy as np
from numpy.typing import NDArray


def steepness(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the magnitude of the gradient of ``values`` (..., H, W), per pixel, of the same shape.

    A derivative is half the difference of a pixel's two neighbours; the edge is its own neighbour beyond itself.
    """
    rows, columns = _halved(values, -2), _halved(values, -1)
    np.square(rows, out=rows)
    np.square(columns, out=columns)
    rows += columns
    return np.sqrt(rows, out=rows)


def _halved(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return half of what lies between the neighbours along ``axis``."""
    lines = np.moveaxis(values, axis, 0)
    made = np.empty_like(values)
    out = np.moveaxis(made, axis, 0)
    np.subtract(lines[2:], lines[:-2], out=out[1:-1])
    out[0], out[-1] = lines[min(1, len(lines) - 1)] - lines[0], lines[-1] - lines[max(len(lines) - 2, 0)]
    made *= np.float32(0.5)
    return made
