"""The flow ``retrain``: bring models, their scores and what is made from these up to date."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import PositiveInt

from flows import repository
from flows.errors import FlowError
from flows.graph import Graph, chosen
from flows.run import bring


@flow(name="retrain")
def retrain(models: list[str] | None = None, force: bool = False, jobs: PositiveInt | None = None) -> State[None]:
    """Train what is stale, score it, and make what is made from that.

    Args:
        models: the models to bring up to date; none says all.
        force: train them again even when they are up to date.
        jobs: how many stages run side by side, beside those that hold a device; none says as many as processors.
    """
    return bring(partial(selection, models=models or (), force=force), jobs)


def selection(graph: Graph, models: Sequence[str], force: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stages that may run, and those that run anyway.

    Raises:
        FlowError: when there is no such model.
    """
    trainings = {stage.partition("@")[2]: stage for stage in repository.leased(graph.stages)}
    unknown = [model for model in models if model not in trainings]
    if unknown:
        raise FlowError(f"params.yaml has no model {', '.join(unknown)}; there are {', '.join(sorted(trainings))}")
    wanted = frozenset(trainings[model] for model in models or trainings)
    stages = chosen(graph, trainings.values(), wanted) if models else graph.stages
    return stages, wanted if force else frozenset()
