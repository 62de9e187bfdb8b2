"""An entry of ``gates`` in params.yaml."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.errors import ParamsError


@dataclass(frozen=True)
class Gate:
    """What a new version must win on to become champion of a suite's task.

    Args:
        metric: one of the suite's metrics.
        margin: by how much, in the metric's unit, it must be better than the champion.
        seconds_per_megapixel: the slowest that may be champion, in seconds per megapixel of output; null: any.
        parameters: the largest that may be champion, in learnt numbers; null: any.
    """

    metric: str
    margin: float = 0.0
    seconds_per_megapixel: float | None = None
    parameters: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.margin < math.inf:
            raise ParamsError(f"margin: must be at least 0, not {self.margin}")
        if self.seconds_per_megapixel is not None and not 0 < self.seconds_per_megapixel < math.inf:
            raise ParamsError(f"seconds_per_megapixel: must be more than 0, not {self.seconds_per_megapixel}")
        if self.parameters is not None and self.parameters < 0:
            raise ParamsError(f"parameters: must be at least 0, not {self.parameters}")
