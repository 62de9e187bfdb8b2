"""Derived fields: what a network may read beside the stored planes, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from numpy.typing import NDArray

from pipeline.errors import BatchError
from pipeline.fields import LEVELS, has_level
from pipeline.images.colour import luma, to_float
from pipeline.images.resize import resize
from pipeline.images.scale import high

Array: TypeAlias = NDArray[Any]

BICUBIC_REACH = 2
"""LR pixels on each side that an enlarged pixel depends on, or a reduced one that is no larger than an LR pixel."""


@dataclass(frozen=True)
class Derived:
    """How a field is made from a stored plane.

    Args:
        plane: the plane it is made from; ``lr_y`` may itself be stored.
        make: from the plane, (..., h, w, C), and the scale to the field.
        reach: LR pixels around a patch that the field depends on.
        shrunk: HR pixels per pixel of the field, along each side; 0 where it is as large as its plane.
    """

    plane: str
    make: Callable[[Array, float], Array]
    reach: int = 0
    shrunk: int = 0


def derived(field: str, planes: Mapping[str, Any]) -> Derived | None:
    """Return how ``field`` comes from one of ``planes``, or None when it does not."""
    if field in planes:
        return _stored(field)
    found = [each for each in TABLE.get(field, []) if each.plane in planes]
    return found[0] if found else None


@cache
def _stored(field: str) -> Derived:
    return Derived(field, _as_is)


def _as_is(plane: Array, _scale: float) -> Array:
    return plane


def _luma(plane: Array, _scale: float) -> Array:
    return plane if plane.shape[-1] == 1 else luma(plane)[..., None]


def _enlarged(plane: Array, scale: float) -> Array:
    height, width = plane.shape[-3:-1]
    return resize(plane, high((height, width), scale))


def _enlarged_luma(plane: Array, scale: float) -> Array:
    values = _luma(plane, scale)
    return _enlarged(to_float(values) if values.dtype == "uint8" else values, scale)


def _reduced_luma(field: str, plane: Array, scale: float) -> Array:
    factor = LEVELS[field]
    if not has_level(field, scale):
        raise BatchError(
            f"{field}: pairs of scale {scale} have no such level; read it at larger scales that {factor} divides"
        )
    height, width = plane.shape[-3:-1]
    return resize(to_float(_luma(plane, scale)), (height // factor, width // factor))


TABLE: Mapping[str, list[Derived]] = {
    "hr_y": [Derived("hr", _luma)],
    "lr_y": [Derived("lr", _luma)],
    **{name: [Derived("hr", partial(_reduced_luma, name), BICUBIC_REACH, factor)] for name, factor in LEVELS.items()},
    "ilr": [Derived("lr", _enlarged, BICUBIC_REACH, 1)],
    "ilr_y": [
        Derived("lr_y", _enlarged_luma, BICUBIC_REACH, 1),
        Derived("lr", _enlarged_luma, BICUBIC_REACH, 1),
    ],
}
