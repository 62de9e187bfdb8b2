"""The scales of pairs as params.yaml says them: one number, a list of some, or a range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    import numpy as np

    from pipeline.bounds import OneAtLeast


@dataclass(frozen=True)
class Between:
    """A range of scales, from which each batch, and each stored image, draws one evenly.

    Args:
        least: the smallest.
        most: the largest.
    """

    least: OneAtLeast
    most: OneAtLeast

    def __post_init__(self) -> None:
        if self.least >= self.most:
            raise ParamsError(f"most: must be above `least`, {self.least:g}; for one scale say `scale: {self.least:g}`")


Said: TypeAlias = "float | Sequence[float] | Mapping[str, float] | Between"


class Scales:
    """The scales of pairs; a whole one is an int, so that 2.0 is 2.

    Args:
        said: what params.yaml or the facts of pairs say, or what is made of it.
    """

    def __init__(self, said: Said) -> None:
        if isinstance(said, Between):
            self.ends: tuple[float, float] | None = (said.least, said.most)
        elif isinstance(said, Mapping):
            self.ends = (said["least"], said["most"])
        else:
            self.ends = None
        some: Iterable[float] = self.ends or (said if isinstance(said, Sequence) else (said,))  # type: ignore[assignment]  # mypy does not follow
        self.some = tuple(_plain(each) for each in some)

    @property
    def one(self) -> float | None:
        """The scale, where there is one alone."""
        return self.some[0] if len(self.some) == 1 else None

    @property
    def most(self) -> float:
        """The largest."""
        return max(self.some)

    @property
    def least(self) -> float:
        """The smallest."""
        return min(self.some)

    @property
    def whole(self) -> bool:
        """Whether an LR pixel of each is a whole number of HR pixels."""
        return self.ends is None and all(isinstance(each, int) for each in self.some)

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one, each as likely as any other."""
        if self.ends:
            return float(rng.uniform(*self.ends))
        return self.some[int(rng.integers(len(self.some)))]

    def within(self, known: Iterable[float]) -> bool:
        """Tell whether all are among ``known``."""
        return self.ends is None and {*self.some} <= {*known}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scales) and (self.ends, {*self.some}) == (other.ends, {*other.some})

    def __hash__(self) -> int:
        return hash((self.ends, frozenset(self.some)))

    def __str__(self) -> str:
        if self.ends:
            return f"{self.some[0]} to {self.some[1]}"
        *others, last = map(str, self.some)
        return f"{', '.join(others)} and {last}" if others else last

    def json(self) -> Any:
        """Return what params.yaml says, as JSON holds it."""
        if self.ends:
            return {"least": self.some[0], "most": self.some[1]}
        return self.some[0] if len(self.some) == 1 else list(self.some)


def _plain(scale: Any) -> float:
    return int(scale) if float(scale).is_integer() else float(scale)
