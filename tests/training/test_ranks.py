"""Several devices that learn one model: the result of one process, whoever is killed on the way."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from ruamel.yaml import YAML
from safetensors.torch import load_file

from pipeline.errors import LearningError
from pipeline.learning.ranks import Ranks
from tests.clones import Clone

NEAR = 1e-5
MODEL = "image-x2"
WORDS = [
    *("train", MODEL, "--code", f"build/code/train-{MODEL}", "--pairs", "data/pairs/textures-x2"),
    *("--start", "models/scratch", "--resume", "build/resume", "--own", "own"),
    *("--out", "own-model", "--curves", "own.csv"),
]


def started(clone: Clone, devices: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stages", *WORDS],
        cwd=clone.path,
        env={**clone.environment, "SR_DEVICE": devices},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def trained(clone: Clone, devices: str) -> str:
    """Train to the end, and return all that was said."""
    run = started(clone, devices)
    said = run.communicate(timeout=240)[0]
    assert run.returncode == 0, said
    return said


def ranks(run: subprocess.Popen[str]) -> list[int]:
    """Return the processes that torchrun has started."""
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    return [int(word) for word in children.read_text(encoding="utf-8").split()] if children.exists() else []


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def lengthened(clone: Clone) -> None:
    """Let the training last some seconds."""
    path = clone.path / "params.yaml"
    yaml = YAML()
    params = yaml.load(path.read_text(encoding="utf-8"))
    own = {"steps": 800, "report_every": 400, "checkpoint_every": 100}
    params["models"][MODEL]["training"] = {**params["models"][MODEL]["training"], **own}
    yaml.dump(params, path)


def far(clone: Clone, other: Path) -> float:
    """Return how far the weights lie apart."""
    ours = load_file(clone.path / "own-model" / "weights.safetensors")
    theirs = load_file(other / "weights.safetensors")
    assert ours.keys() == theirs.keys()
    return max(float((ours[name] - theirs[name]).abs().max()) for name in ours)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(copy: Clone) -> None:
    said = trained(copy, "cpu,cpu")

    assert "2 processes, one for each of cpu, cpu" in said
    assert far(copy, copy.path / "models" / MODEL) < NEAR
    curves = [
        list(csv.DictReader((copy.path / name).read_text(encoding="utf-8").splitlines()))
        for name in ("own.csv", f"curves/{MODEL}.csv")
    ]
    for ours, theirs in zip(*curves, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(abs(float(ours[name]) - float(theirs[name])) < NEAR for name in ours)


@pytest.mark.slow
def test_a_killed_process_is_started_again_and_continues(copy: Clone) -> None:
    lengthened(copy)
    trained(copy, "cpu,cpu")
    (copy.path / "own-model").rename(copy.path / "never-killed")
    run = started(copy, "cpu,cpu")
    until(lambda: list((copy.path / "build" / "resume").glob("*/*.pt")))
    os.kill(ranks(run)[-1], signal.SIGKILL)
    said = run.communicate(timeout=240)[0]

    assert run.returncode == 0, said
    assert f"{MODEL}: continues at step " in said
    assert 0 == far(copy, copy.path / "never-killed")


@pytest.mark.slow
def test_no_process_outlives_the_stage(copy: Clone) -> None:
    lengthened(copy)
    run = started(copy, "cpu,cpu")
    until(lambda: list((copy.path / "build" / "resume").glob("*/*.pt")))
    own = ranks(run)
    run.kill()
    run.communicate(timeout=60)

    assert len(own) >= 2
    until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and _alive(pid) for pid in own))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_batch_that_does_not_divide_is_one_line(copy: Clone) -> None:
    run = started(copy, "cpu,cpu,cpu")
    said = run.communicate(timeout=60)[0]

    assert 1 == run.returncode
    assert "batch: 2 samples do not divide evenly among the 3 devices of SR_DEVICE\n" == said


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_shares_of_a_batch_are_the_batch(count: int) -> None:
    parts = [Ranks(own, count).part(8) for own in range(count)]

    assert list(range(8)) == [sample for part in parts for sample in part]
    assert 1 == len({len(part) for part in parts})


def test_shares_that_do_not_divide_are_told() -> None:
    with pytest.raises(LearningError, match="batch: 8 samples do not divide evenly among the 3 devices of SR_DEVICE"):
        Ranks(0, 3).part(8)


def test_one_process_shares_with_nobody() -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.full((2,), 3.0)
    Ranks(0, 1).share([parameter])

    assert [3.0, 3.0] == parameter.grad.tolist()
    assert {"loss": torch.tensor(2.0)} == Ranks(0, 1).mean({"loss": torch.tensor(2.0)})
