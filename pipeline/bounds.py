"""Bounds for annotations: what a number or a list in params.yaml must be beside its type, told without building it.

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


ZeroOrMore: TypeAlias = Annotated[int, Bound("at least 0", lambda value: value >= 0)]
OneOrMore: TypeAlias = Annotated[int, Bound("at least 1", lambda value: value >= 1)]
Odd: TypeAlias = Annotated[int, Bound("odd and at least 1", lambda value: value >= 1 and value % 2 == 1)]
Quality: TypeAlias = Annotated[int, Bound("at least 1 and at most 100", lambda value: 1 <= value <= 100)]
NotNegative: TypeAlias = Annotated[float, Bound("at least 0", lambda value: value >= 0)]
Positive: TypeAlias = Annotated[float, Bound("above 0", lambda value: value > 0)]
Share: TypeAlias = Annotated[float, Bound("at least 0 and at most 1", lambda value: 0 <= value <= 1)]
BelowOne: TypeAlias = Annotated[float, Bound("at least 0 and below 1", lambda value: 0 <= value < 1)]
Decay: TypeAlias = Annotated[float, Bound("above 0 and below 1", lambda value: 0 < value < 1)]

BOUNDED: dict[str, tuple[Any, ...]] = {
    name: get_args(alias)
    for name, alias in list(globals().items())
    if any(isinstance(each, Bound) for each in get_args(alias))
}
"""The type and the bound of each, by name."""

Filled: TypeAlias = Annotated[Items, "a list or mapping that holds something"]
Rising: TypeAlias = Annotated[Items, "numbers none of which is below the one before: [lowest, highest]"]
