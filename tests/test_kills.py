"""Killing at random moments: never two trainers at once, and in the end the weights of a run that was never killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.clones import Clone, make_clone

MODEL = Path("models/image-x2/weights.safetensors")
CURVE = Path("curves/image-x2.csv")
SECONDS = 1800
"""How long to wait before one must think that something hangs, however busy the machine."""


def prepare(path: Path, steps: int) -> Clone:
    """Make a clone whose experiment is one training of a few seconds."""
    clone = make_clone(path)
    yaml = YAML(typ="safe")
    params = yaml.load((path / "params.yaml").read_text(encoding="utf-8"))
    params["models"] = {"image-x2": params["models"]["image-x2"]}
    params["models"]["image-x2"]["training"] |= {"steps": steps, "report_every": 100, "checkpoint_every": 150}
    params["pairs"] = {"textures-x2": params["pairs"]["textures-x2"]}
    params["suites"] = {"textures-x2": params["suites"]["textures-x2"]}
    params["sources"] = {"textures": params["sources"]["textures"]}
    with (path / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
    return clone


def processes(clone: Clone, words: str) -> list[int]:
    """Return the living processes below ``clone`` whose command holds ``words``; a zombie is dead."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            inside = (folder / "cwd").resolve() == clone.path.resolve()
        except OSError:
            continue
        if inside and words in command and state not in "ZX":
            found.append(int(folder.name))
    return found


def trainers(clone: Clone) -> list[int]:
    return processes(clone, "-m stages train")


@contextmanager
def watched(clone: Clone) -> Iterator[list[int]]:
    """Count the living trainers every few milliseconds; yield the counts."""
    counts: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            counts.append(len(trainers(clone)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield counts
    finally:
        ended.set()
        thread.join()


def start(clone: Clone, shell: str) -> subprocess.Popen[bytes]:
    """Start ``dvc repro`` below a shell of its own, all in a process group of their own."""
    environment = {**clone.environment, "SHELL": shell}
    return subprocess.Popen(
        [shell, "-c", "dvc repro; exit $?"],
        cwd=clone.path,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(condition: Callable[[], Any]) -> Any:
    """Wait for ``condition`` and return what it gives."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited too long")


def dvc_of(clone: Clone) -> list[int]:
    return processes(clone, "bin/dvc repro")[-1:]


def kill(kind: str, clone: Clone, run: subprocess.Popen[bytes]) -> None:
    """Kill one of the processes of ``run``, or all of them, without a warning."""
    if kind == "group":
        os.killpg(run.pid, signal.SIGKILL)
        return
    pids = {"shell": lambda: [run.pid], "dvc": lambda: dvc_of(clone), "trainer": lambda: trainers(clone)}[kind]()
    for pid in pids:
        with suppress(ProcessLookupError):  # it ended by itself since it was listed
            os.kill(pid, signal.SIGKILL)


def one_kill(kind: str, inside: bool, delay: float, clone: Clone, shell: str) -> bool:
    """Start, kill at a moment, and see what was started end; return whether a training was hit."""
    run = start(clone, shell)
    if inside:
        until(lambda: trainers(clone) or run.poll() is not None)
    time.sleep(delay)
    hit = bool(trainers(clone))
    kill(kind, clone, run)
    run.wait(SECONDS)
    until(lambda: kind == "shell" or not (trainers(clone) or dvc_of(clone)))
    return hit


def finish(clone: Clone, shell: str) -> None:
    """Repeat ``dvc repro`` until it ends well; while one that lost its shell still runs, DVC says "busy"."""
    until(lambda: start(clone, shell).wait(SECONDS) == 0)


def campaign(tmp_path: Path, kills: list[tuple[str, bool, float]], steps: int) -> tuple[int, int]:
    """Return how many kills hit a training, and the largest number of trainers alive at once."""
    whole, hurt = prepare(tmp_path / "whole", steps), prepare(tmp_path / "hurt", steps)
    finish(whole, "/bin/sh")
    hits = 0
    with watched(hurt) as counts:
        for number, (kind, inside, delay) in enumerate(kills):
            shell = ("/bin/sh", "/bin/bash")[number % 2]
            hits += one_kill(kind, inside, delay, hurt, shell)
        finish(hurt, "/bin/sh")

    for file in (MODEL, CURVE):
        assert (whole.path / file).read_bytes() == (hurt.path / file).read_bytes()
    return hits, max(counts)


@pytest.mark.slow
def test_three_kills_leave_the_weights_of_a_run_that_was_never_killed(tmp_path: Path) -> None:
    kills = [("dvc", True, 2.5), ("trainer", True, 3.0), ("group", True, 3.5)]

    hits, most = campaign(tmp_path, kills, steps=4000)

    assert (3, 1) == (hits, most)


@pytest.mark.prove
def test_ten_kills_at_random_moments_leave_the_weights_of_a_run_that_was_never_killed(tmp_path: Path) -> None:
    chance = random.Random(20)
    kinds = ["dvc", "trainer", "shell", "group", "dvc", "trainer"]
    kills = [(kind, True, chance.uniform(1.5, 6.0)) for kind in kinds]
    kills += [(kind, False, chance.uniform(0.2, 6.0)) for kind in ("dvc", "shell", "group", "dvc")]
    chance.shuffle(kills)

    hits, most = campaign(tmp_path, kills, steps=30000)

    for kind, inside, delay in kills:
        moment = f"{delay:.1f} s into {'a training' if inside else 'the run'}"
        print(f"killed {kind:8} {moment}")  # noqa: T201  # the proof's log
    print(f"{hits} of {len(kills)} hit a training; at most {most} trainer alive; weights and curve equal")  # noqa: T201
    assert hits >= 6
    assert most == 1
