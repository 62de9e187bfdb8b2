"""Kernels of a camera that moves while its shutter is open: along a line, or shaken by a hand."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.float32]

STEPS = 2000
"""Points of a path: what the authors of DeblurGAN take."""
OPPOSITE = np.pi
JERK = 2.0
"""How much of its velocity a jerk takes: all of it, and as much backwards."""


class Temper(NamedTuple):
    """What rules a shaken path.

    Args:
        anxiety: how strong all perturbations are; 0 makes a straight path.
        wander: how strong those are that chance makes at every step.
        pull: how strong the pull back to where the path began is.
        jerks: what a step's chance of turning back is, times ``anxiety``.
    """

    anxiety: float
    wander: float
    pull: float
    jerks: float


def straight(size: int, length: float, angle: float) -> Kernel:
    """Return the kernel (size, size) of a straight path, as MATLAB's ``fspecial('motion', length, -angle)``.

    A pixel weighs 1 less its distance to a segment of ``length`` - 1 pixels. Like MATLAB's code, and unlike its manual,
    it counts a pixel that is as far from the middle as the segment's ends, or farther, by its distance from the end.

    Args:
        length: of the path, in pixels; what is below 1 is one pixel, too.
        angle: from the columns' axis (to the right) towards the rows' (down), in degrees; MATLAB counts upwards.
    """
    half, turn = (max(length, 1.0) - 1) / 2, np.deg2rad(angle)
    x = np.arange(size) - size // 2
    y = x[:, None]
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    end = np.hypot(across, half - np.abs(along))
    distance = np.where(np.hypot(x, y) >= half, end, np.abs(across))
    return _normalised(np.maximum(1 - distance, 0))


def shaken(size: int, length: float, angle: float, temper: Temper, rng: np.random.Generator) -> Kernel:
    """Return the kernel (size, size) of a path of chance: how long its points stay on each pixel, bilinearly shared.

    Args:
        length: of the path, in pixels.
        angle: where it sets out to, from the columns' axis (to the right) towards the rows' (down), in degrees.
    """
    path = _path(length, angle, temper, rng)
    kernel = np.zeros((size, size))
    middle = complex(path.real.min() + path.real.max(), path.imag.min() + path.imag.max()) / 2
    path = path - middle + complex(size // 2, size // 2)
    x, y = (np.clip(axis, 0, size - 1) for axis in (path.real, path.imag))  # rounding may lead beyond the edge
    left, top = (np.floor(axis).astype(np.int64) for axis in (x, y))
    right, below = x - left, y - top
    for down, rows in ((0, 1 - below), (1, below)):
        for over, columns in ((0, 1 - right), (1, right)):
            shares = rows * columns
            inside = shares > 0  # a point on the last row shares nothing with the one below, which is not there
            np.add.at(kernel, (top[inside] + down, left[inside] + over), shares[inside])
    return _normalised(kernel)


def _path(length: float, angle: float, temper: Temper, rng: np.random.Generator) -> NDArray[np.complex128]:
    """Return the points of a path in the complex plane, all steps of one length.

    Boracchi and Foi's, as DeblurGAN's algorithm 1 tells it; where that draws a Gaussian number for the chance of a
    jerk, its code draws a uniform one, as is done here.
    """
    step = length / (STEPS - 1)
    noise = rng.standard_normal((STEPS - 1, 2)) @ (1, 1j)
    jerks = rng.random(STEPS - 1) < temper.jerks * temper.anxiety
    turns = JERK * np.exp(1j * (OPPOSITE + rng.random(STEPS - 1) - 0.5))
    pushes = temper.anxiety * temper.wander * step * noise
    place, velocity = 0j, complex(step * np.exp(1j * np.deg2rad(angle)))
    places = [place]
    for push, jerk, turn in zip(pushes.tolist(), jerks.tolist(), turns.tolist(), strict=True):
        velocity += push - temper.anxiety * temper.pull * step * place + (turn * velocity if jerk else 0)
        velocity *= step / abs(velocity)
        place += velocity
        places.append(place)
    return np.array(places)


def _normalised(kernel: NDArray[np.float64]) -> Kernel:
    return (kernel / kernel.sum()).astype(np.float32)
