"""An entry of ``suites`` in params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.errors import ParamsError

if TYPE_CHECKING:
    from pipeline.kinds import Described, Metric


@dataclass(frozen=True)
class Suite:
    """How a model is scored on the pairs of the same name.

    Args:
        metrics: the metrics, by name.
        self_ensemble: ``none``: the network runs once.
    """

    metrics: dict[str, Described[Metric]]
    self_ensemble: Literal["none"]

    def __post_init__(self) -> None:
        if not self.metrics:
            raise ParamsError("metrics: is empty; name at least one, a suite without a score judges nothing")
