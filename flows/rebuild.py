"""The flow ``rebuild``: bring everything that is stale up to date."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import PositiveInt

from flows.run import bring


@flow(name="rebuild")
def rebuild(jobs: PositiveInt | None = None) -> State[None]:
    """Bring everything that is stale up to date, independent stages side by side.

    Args:
        jobs: how many stages run side by side, beside those that hold a device; none says as many as processors.
    """
    return bring(lambda graph: (graph.stages, ()), jobs)
