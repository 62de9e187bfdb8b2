"""Bounds for annotations: what a number, a list or a name must be beside its type, told without building the part.

>>> get_args(Share)[1].holds(1.0), get_args(BelowOne)[1].holds(1.0)
(True, False)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

Items = TypeVar("Items")


@dataclass(frozen=True)
class Bound:
    """What a number must be.

    Args:
        says: the words after "must be".
        holds: whether a number is so.
    """

    says: str
    holds: Callable[[float], bool]


@dataclass(frozen=True)
class OwnFile:
    """The name of a file of the user's, by its path inside a folder of ``own/``.

    The stage ``fingerprint`` depends on the folder, and what a stage's parts name there belongs to its digest.

    Args:
        folder: the folder inside ``own/``.
        endings: how such files end.
    """

    folder: str
    endings: tuple[str, ...]


ZeroOrMore: TypeAlias = Annotated[int, Bound("at least 0", lambda value: value >= 0)]
OneOrMore: TypeAlias = Annotated[int, Bound("at least 1", lambda value: value >= 1)]
ThreeOrMore: TypeAlias = Annotated[int, Bound("at least 3", lambda value: value >= 3)]
Fours: TypeAlias = Annotated[int, Bound("a multiple of 4 and at least 4", lambda value: value >= 4 and value % 4 == 0)]
Odd: TypeAlias = Annotated[int, Bound("odd and at least 1", lambda value: value >= 1 and value % 2 == 1)]
FourFold: TypeAlias = Annotated[int, Bound("a multiple of 4, at least 4", lambda value: value >= 4 and value % 4 == 0)]
Quality: TypeAlias = Annotated[int, Bound("at least 1 and at most 100", lambda value: 1 <= value <= 100)]
Bits: TypeAlias = Annotated[int, Bound("at least 1 and at most 16", lambda value: 1 <= value <= 16)]
NotNegative: TypeAlias = Annotated[float, Bound("at least 0", lambda value: value >= 0)]
Positive: TypeAlias = Annotated[float, Bound("above 0", lambda value: value > 0)]
OneAtLeast: TypeAlias = Annotated[float, Bound("at least 1", lambda value: value >= 1)]
Share: TypeAlias = Annotated[float, Bound("at least 0 and at most 1", lambda value: 0 <= value <= 1)]
BelowOne: TypeAlias = Annotated[float, Bound("at least 0 and below 1", lambda value: 0 <= value < 1)]
Decay: TypeAlias = Annotated[float, Bound("above 0 and below 1", lambda value: 0 < value < 1)]
Fraction: TypeAlias = Decay

BOUNDED: dict[str, tuple[Any, ...]] = {
    name: get_args(alias)
    for name, alias in list(globals().items())
    if any(isinstance(each, Bound) for each in get_args(alias))
}
"""The type and the bound of each, by name."""

KERNELS = "kernels"
KernelFile: TypeAlias = Annotated[str, OwnFile(KERNELS, (".mat", ".npy"))]
NOISE = "noise"
NoiseFile: TypeAlias = Annotated[str, OwnFile(NOISE, (".npy",))]
WEIGHTS = "weights"
WeightsFile: TypeAlias = Annotated[str, OwnFile(WEIGHTS, (".caffemodel", ".mat", ".pt", ".pth", ".safetensors"))]

OWN_FILES: dict[str, OwnFile] = {
    name: each for name, alias in list(globals().items()) for each in get_args(alias) if isinstance(each, OwnFile)
}
"""Which file each stands for, by name."""

Filled: TypeAlias = Annotated[Items, "a list or mapping that holds something"]
Rising: TypeAlias = Annotated[Items, "numbers none of which is below the one before: [lowest, highest]"]
