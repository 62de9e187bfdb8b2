"""Services, worker and deployments as a user starts them: schedules fire, kills and cancellations leave no child."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.clones import Clone, make_clone
from tests.flows.stand import PYTHON, Stand, inside, standing, trained, until

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3000)]

NIGHTLY, ON_DEMAND = "retrain/nightly", "rebuild/on-demand"
SECONDS = 900


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Services and a worker over a fresh clone, one for all tests here, which build on each other."""
    with standing(make_clone(tmp_path_factory.mktemp("flows") / "clone")) as stand:
        stand.start(*PYTHON, "flows.services", str(stand.port), str(stand.mlflow_port))
        until(lambda: stand.answers(f"{stand.url}/health"), 90, "Prefect's server")
        until(lambda: stand.answers(f"http://127.0.0.1:{stand.mlflow_port}/health"), 90, "MLflow's server")
        yield stand


def children(stand: Stand) -> list[str]:
    """Return what a run has started and what runs it, without services and workers."""
    return [each for each in inside(stand.clone.path) if "stages" in each or "dvc" in each or "prefect.engine" in each]


def childless(stand: Stand, what: str) -> None:
    """Wait until no child is left, at most 45 seconds."""
    begun = time.monotonic()
    until(lambda: not children(stand), 45, f"{what}: the end of its children")
    say(f"{what}: no child left after {time.monotonic() - begun:.1f} s")


def say(line: str) -> None:
    print(line)  # noqa: T201  # the proof's log


def checkpoints(clone: Clone) -> list[Path]:
    return [path for path in (clone.path / "build" / "resume").glob("*/*") if not path.name.endswith(".partial")]


def test_a_cron_schedule_fires_and_makes_the_models_and_their_scores(stand: Stand) -> None:
    stand.deploy("* * * * *")
    stand.work()

    def completed() -> list[dict[str, str]]:
        found = stand.runs(flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
        return [run for run in found if run["auto_scheduled"]]

    run = until(completed, SECONDS, "a scheduled run")[-1]
    stand.deploy(None)
    assert [] == stand.api(f"deployments/{run['deployment_id']}")["schedules"]
    say(f"scheduled for {run['expected_start_time']}, started {run['start_time']}, ended {run['end_time']}")

    assert sorted(trained(stand.logs(run["id"]))) == sorted(
        path.stem for path in stand.clone.path.glob("scores/*.json")
    )
    params = YAML(typ="safe").load((stand.clone.path / "params.yaml").read_text(encoding="utf-8"))
    assert sorted(params["models"]) == sorted(path.stem for path in stand.clone.path.glob("scores/*.json"))

    artifact = stand.api("artifacts/scores/latest")["data"]
    entries = YAML(typ="safe").load((stand.clone.path / "registry.yaml").read_text(encoding="utf-8"))
    best = {entry["task"]: entry for entry in entries if entry["verdict"] == "champion"}
    assert "### textures-x2" in artifact
    assert best
    assert [] == [
        each
        for each in best.values()
        if f"| {each['task']} | **{each['model']}** | {each['hash'][:8]} |" not in artifact
    ]


def test_a_second_run_trains_nothing_and_ends_within_a_minute(stand: Stand) -> None:
    for deployment in (NIGHTLY, ON_DEMAND):
        run = stand.ask(deployment)

        assert "COMPLETED" == stand.ended(run, 60)[0]
        say(f"{deployment}, nothing changed: {stand.api(f'flow_runs/{run}')['total_run_time']:.1f} s")
        assert [] == [line for line in stand.logs(run) if line.startswith("Running stage")]


def test_one_changed_learning_rate_retrains_one_model(stand: Stand) -> None:
    stand.change("video-x2", rate=2.0e-3)
    run = stand.ask(NIGHTLY)

    assert "COMPLETED" == stand.ended(run, SECONDS)[0]
    assert ["video-x2"] == trained(stand.logs(run))


def test_forced_models_are_trained_again_and_give_the_same_bytes(stand: Stand) -> None:
    weights = stand.clone.path / "models" / "video-x2" / "weights.safetensors"
    before = weights.read_bytes()
    run = stand.ask(NIGHTLY, "-p", "force=true", "-p", 'models=["video-x2"]')

    rest = stand.clone.count() - 1
    assert ("COMPLETED", f"1 made, {rest} up to date") == stand.ended(run, SECONDS)
    assert ["Running stage 'train@video-x2':"] == [line for line in stand.logs(run) if line.startswith("Running stage")]
    assert before == weights.read_bytes()


@pytest.mark.parametrize("devices", [1, 2])
def test_trainings_run_one_for_each_device(stand: Stand, devices: int) -> None:
    """On a machine without a GPU two are played: what is trained there is told to use the processor."""
    played = f"export SR_DEVICE=cpu CUDA_VISIBLE_DEVICES={','.join(map(str, range(devices)))}"
    force = "from flows.retrain import retrain; retrain(models=['image-x2', 'video-x2', 'reference-x2'], force=True)"
    stand.must("/bin/sh", "-c", f'{played}; {sys.executable} -m flows.setup && {sys.executable} -c "{force}"')
    run = stand.runs(sort="END_TIME_DESC", limit=1, flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})[0]["id"]
    tasks = stand.api("task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    spans = [(task["start_time"], task["end_time"]) for task in tasks if task["name"].startswith("train@")]
    together = max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans)

    assert 3 == len(spans)
    assert devices == stand.api("v2/concurrency_limits/gpu")["limit"]
    assert devices == together


def test_a_fault_in_params_ends_the_run_with_its_line(stand: Stand) -> None:
    params = stand.clone.path / "params.yaml"
    before = params.read_text(encoding="utf-8")
    stand.change("video-x2", stepz=3)
    state, message = stand.ended(stand.ask(ON_DEMAND), 60)
    params.write_text(before, encoding="utf-8")

    assert "FAILED" == state
    assert "models.video-x2.training.stepz: `stepz` is unknown; did you mean `steps`?" in message


def test_a_failed_stage_is_named_with_its_last_lines_and_its_siblings_finish(stand: Stand) -> None:
    stand.change("reference-x2", rate=1.0e30)
    stand.change("video-x2", rate=3.0e-3)
    run = stand.ask(ON_DEMAND)
    state, message = stand.ended(run, SECONDS)
    stand.change("reference-x2", rate=1.0e-3)
    lines = stand.logs(run)

    skipped = "evaluate@reference-x2, measure@reference-x2, register, report"
    assert ("FAILED", f"failed: train@reference-x2; skipped because of that: {skipped}") == (state, message)
    assert any("train@reference-x2 failed with exit status" in line and "is not finite" in line for line in lines)
    assert "evaluate@video-x2: made" in lines


def test_a_worker_killed_while_training_leaves_no_child_and_the_next_run_continues(stand: Stand) -> None:
    stand.change("reference-x2", steps=20000, checkpoint_every=200)
    killed = stand.ask(NIGHTLY)
    until(lambda: checkpoints(stand.clone), SECONDS, "a checkpoint")
    leash = stand.started[-1].pid
    worker = int(Path(f"/proc/{leash}/task/{leash}/children").read_text(encoding="utf-8"))
    os.kill(worker, signal.SIGKILL)
    childless(stand, "a worker killed with SIGKILL")
    stand.work()
    run = stand.ask(NIGHTLY)

    state = stand.ended(run, SECONDS)
    assert "COMPLETED" == state[0], (state, stand.logs(run)[-40:])
    assert [] != [line for line in stand.logs(run) if line.startswith("reference-x2: continues at step ")]
    assert ("CRASHED", "its process was killed") == stand.state(killed)


def test_a_cancelled_run_leaves_no_child_and_gives_its_device_back(stand: Stand) -> None:
    stand.change("video-x2", steps=10**6, checkpoint_every=10**5)
    run = stand.ask(NIGHTLY)
    until(lambda: any("stages train video-x2" in each for each in children(stand)), 60, "the training")

    assert ("CANCELLED", True) == refused(stand)

    stand.must(*PYTHON, "prefect", "flow-run", "cancel", run)
    childless(stand, "a run cancelled")

    assert "CANCELLED" == stand.ended(run, 45)[0]
    assert 0 == stand.api("v2/concurrency_limits/gpu")["active_slots"]


def refused(stand: Stand) -> tuple[str, bool]:
    """Ask for a run while one is at work; return the type of its state, and whether it says why."""
    state, message = stand.ended(stand.ask(ON_DEMAND), 60)
    return state, "is at work in" in message


def test_services_end_together_leave_no_child_and_have_asked_nobody_outside(stand: Stand) -> None:
    stand.end(stand.started[-1])
    stand.end(stand.started[0], signal.SIGINT)

    until(lambda: not inside(stand.clone.path), 45, "the end of the services")
    assert not stand.strangers.exists(), stand.strangers.read_text(encoding="utf-8")
