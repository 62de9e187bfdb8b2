"""What made an LR image of an HR image, found from the two: the kernel that explains most, and the noise it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.errors import ImageError

Plane = NDArray[np.float32]

REACH = 3
"""LR pixels to either side of a pixel within which HR is held to matter to it."""
RIDGE = 1e-5
"""What keeps directions that natural images hardly have from exploding, as a share of the mean power of the others."""
FLAT = 0.3
"""The share of an image that counts as flat: the LR pixels around which HR varies least."""
EDGE = 2
"""LR pixels beside the border that are left out, beside ``REACH``: borders are made in many ways."""


@dataclass(frozen=True)
class Unmixed:
    """What a degradation does to luma.

    Args:
        kernel: the weights of the HR pixels around an LR pixel, (K, K) with K = (2 REACH + 1) x scale: what one
            correlates with before taking every ``scale``-th pixel. It is centred where a bicubic one is.
        sigma: standard deviation of what no kernel explains, white being 1.
        flat_sigma: the same of flat places alone, where noise shows most and a kernel that fits badly least.
        correlation: of that between neighbours, -1 to 1: 0 for noise that was added pixel by pixel.
    """

    kernel: NDArray[np.float64]
    sigma: float
    flat_sigma: float
    correlation: float


def unmixed(pairs: Sequence[tuple[Plane, Plane]], scale: int) -> Unmixed:
    """Return the one kernel that explains the LR of all ``pairs`` best (least squares), and the noise that is left.

    Args:
        pairs: luma of HR (H, W) and of LR (H / scale, W / scale), both in [0, 1].
        scale: HR pixels per LR pixel.

    Raises:
        ImageError: every image is too small.
    """
    large = [(hr, lr) for hr, lr in pairs if min(lr.shape) > 2 * (REACH + EDGE) + 2]
    if not large:
        raise ImageError(
            f"a kernel is found in images of more than {2 * (REACH + EDGE) + 2} LR pixels; all are smaller"
        )
    side = (2 * REACH + 1) * scale
    gram, right = np.zeros((side * side, side * side)), np.zeros(side * side)
    for rows, values in (_equations(*pair, scale) for pair in large):
        gram += rows.T @ rows
        right += rows.T @ values.ravel()
    weights = np.linalg.solve(gram + RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram)), right)
    left, flat = [], []
    for rows, values in (_equations(*pair, scale) for pair in large):
        left.append(values - (rows @ weights).reshape(values.shape))
        activity = np.square(rows).sum(axis=1).reshape(values.shape)
        flat.append(left[-1][activity <= np.quantile(activity, FLAT)])
    weights += (1 - weights.sum()) / weights.size  # windows without their mean tell nothing of the kernel's
    return Unmixed(weights.reshape(side, side), _deviation(left), _deviation(flat), _correlation(left))


def _equations(hr: Plane, lr: Plane, scale: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the HR windows of the inner LR pixels, a row each, and those pixels; both without the windows' means.

    A degradation keeps the mean, which would otherwise outweigh all that tells kernels apart.
    """
    side, first = (2 * REACH + 1) * scale, EDGE * scale
    windows = sliding_window_view(hr.astype(np.float64), (side, side))[first::scale, first::scale]
    inner = lr[REACH + EDGE : -(REACH + EDGE), REACH + EDGE : -(REACH + EDGE)].astype(np.float64)
    rows = windows[: inner.shape[0], : inner.shape[1]].reshape(-1, side * side)
    means = rows.mean(axis=1)
    return rows - means[:, None], inner - means.reshape(inner.shape)


def _deviation(left: Sequence[NDArray[np.float64]]) -> float:
    return float(np.sqrt(np.mean(np.concatenate([each.ravel() for each in left]) ** 2)))


def _correlation(left: Sequence[NDArray[np.float64]]) -> float:
    """Return the correlation between neighbours in a row or a column."""
    pairs = [(each[:, 1:], each[:, :-1]) for each in left] + [(each[1:], each[:-1]) for each in left]
    products = np.concatenate([(one * other).ravel() for one, other in pairs])
    power = _deviation(left) ** 2
    return float(np.mean(products) / power) if power else 0.0
