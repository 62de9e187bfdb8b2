"""An entry of ``suites`` in params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.bounds import Filled
    from pipeline.kinds import Described, Metric


@dataclass(frozen=True)
class Suite:
    """How a model is scored on the pairs of the same name.

    Args:
        metrics: the metrics, by name.
        self_ensemble: ``none``: the network runs once; ``mean`` (EDSR+) or ``median`` of the eight ways in which an
            image can lie, each restored and turned back, before anything is rounded.
    """

    metrics: Filled[dict[str, Described[Metric]]]
    self_ensemble: Literal["none", "mean", "median"]
