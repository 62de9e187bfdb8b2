"""What every flow does: hold the checkout, bring stages up to date, check, show the scores, leave no child."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Cancelled, Completed, Failed

from flows import repository
from flows.checkout import held, sweep
from flows.children import ROOT, end_all
from flows.course import Course, done, look
from flows.errors import FlowError, TakenError
from flows.graph import Graph
from flows.scores import show

LOCK = ROOT / "build" / "flows" / "lock"
POLL_SECONDS = 1.0


def bring(select: Callable[[Graph], tuple[Collection[str], Collection[str]]], jobs: int | None) -> State[None]:
    """Bring the stages that ``select`` returns up to date, and run those anyway that it returns second.

    Returns:
        the state in which the flow ends: failed with a stage, cancelled when another run is at work in this checkout.
    """
    if deployment.id:
        # Told by `make worker`: a parent that died before this line is missed where its pid is read here.
        _die_with_worker(int(os.environ.get("SR_WORKER", os.getppid())))
    try:
        with held(LOCK, flow_run.id or "unnamed") as dead:
            for killed in filter(sweep, dead):
                get_run_logger().warning("run %s was killed; it is marked as crashed", killed)
            return Completed(message=_brought(select, jobs))
    except TakenError as taken:
        return Cancelled(name="Skipped", message=f"run {taken} is at work in {ROOT}; wait for it, or cancel it")
    except FlowError as error:
        return Failed(message=str(error))
    finally:
        end_all()


def _brought(select: Callable[[Graph], tuple[Collection[str], Collection[str]]], jobs: int | None) -> str:
    look()
    graph = repository.graph()
    selected, forced = select(graph)
    course = Course(graph, selected, forced, jobs)
    levels = graph.levels()
    get_run_logger().info("%d stages in %d levels; %d asked for", len(graph.stages), len(levels), len(selected))
    course.run()
    show(repository.metrics())
    said = course.verdict()
    _check(course, graph)
    return said


def _check(course: Course, graph: Graph) -> None:
    """Ask DVC itself to make what is left: nothing."""
    well = [stage for stage in course.walk.graph.stages & course.walk.selected if course.walk.ends[stage].well]
    targets = [] if len(well) == len(graph.stages) else sorted(well)
    late = repository.made(done("dvc repro", repository.whole(targets)))
    if late:
        get_run_logger().warning("DVC's own check has made: %s", ", ".join(late))


def _die_with_worker(worker: int) -> None:
    """End this process, and with it its children, when the worker that started it has ended, however it ended."""

    def watch() -> None:
        while os.getppid() == worker:
            time.sleep(POLL_SECONDS)
        end_all()
        os._exit(1)

    threading.Thread(target=watch, name="worker-watch", daemon=True).start()
