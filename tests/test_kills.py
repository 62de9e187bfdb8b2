"""Killing at random moments: never two trainers at once, and in the end the weights of a run that was never killed.

Moments are those of the training, not of the clock, so that they are hit on a machine of any speed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest
from ruamel.yaml import YAML

from tests.clones import Clone, make_clone

MODEL = Path("models/image-x2/weights.safetensors")
CURVE = Path("curves/image-x2.csv")
SECONDS = 1800
"""How long to wait before one must think that something hangs, however busy the machine."""

Moment: TypeAlias = Literal["dvc", "trainer"] | float
"""When a process is killed: as soon as dvc runs, as soon as a trainer does, or after so many further checkpoints; 2.5:
after two, and half the time that the second took."""
Kill: TypeAlias = tuple[str, Moment]
"""Which process, and when."""


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
    """Return the processes of dvc: that of a run, and beside it one that lost its shell, where there is one."""
    return processes(clone, "bin/dvc repro")


def kill(kind: str, clone: Clone, run: subprocess.Popen[bytes]) -> None:
    """Kill the shell of ``run``, all that is dvc or trains, or the whole groups of dvc, without a warning."""
    pids = {"shell": lambda: [run.pid], "trainer": lambda: trainers(clone)}.get(kind, lambda: dvc_of(clone))()
    for pid in pids:
        with suppress(ProcessLookupError):  # it ended by itself since it was listed
            if kind == "group":
                os.killpg(os.getpgid(pid), signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)


def newest(clone: Clone) -> int:
    """Return the step of the newest checkpoint, 0 where there is none."""
    return max((int(path.stem) for path in clone.path.glob("build/resume/*/*.pt")), default=0)


def is_beyond(step: int, clone: Clone) -> bool:
    return newest(clone) > step


def await_checkpoints(count: float, clone: Clone) -> None:
    """Wait for ``count`` further checkpoints; what is not whole is a share of the time that the last one took."""
    whole, share = divmod(count, 1)
    took = 0.0
    for _ in range(int(whole)):
        begun = time.monotonic()
        until(partial(is_beyond, newest(clone), clone))
        took = time.monotonic() - begun
    time.sleep(share * took)


def one_kill(kind: str, moment: Moment, clone: Clone, shell: str) -> bool:
    """Start, kill at a moment, and see what was started end; return whether a training was hit.

    Where only a shell was killed before, its dvc lives on: then it is that one whose moment is awaited.
    """
    run = start(clone, shell)
    until(lambda: dvc_of(clone))
    if moment != "dvc":
        until(lambda: trainers(clone))
    if isinstance(moment, float):
        await_checkpoints(moment, clone)
    hit = bool(trainers(clone))
    kill(kind, clone, run)
    run.wait(SECONDS)
    until(lambda: kind == "shell" or not (trainers(clone) or dvc_of(clone)))
    return hit


def finish(clone: Clone, shell: str) -> None:
    """Repeat ``dvc repro`` until it ends well; while one that lost its shell still runs, DVC says "busy"."""
    until(lambda: start(clone, shell).wait(SECONDS) == 0)


def campaign(tmp_path: Path, kills: list[Kill], steps: int) -> tuple[int, int]:
    """Return how many kills hit a training, and the largest number of trainers alive at once."""
    whole, hurt = prepare(tmp_path / "whole", steps), prepare(tmp_path / "hurt", steps)
    finish(whole, "/bin/sh")
    hits = 0
    with watched(hurt) as counts:
        for number, (kind, moment) in enumerate(kills):
            hits += one_kill(kind, moment, hurt, ("/bin/sh", "/bin/bash")[number % 2])
        finish(hurt, "/bin/sh")

    for file in (MODEL, CURVE):
        assert (whole.path / file).read_bytes() == (hurt.path / file).read_bytes()
    return hits, max(counts)


@pytest.mark.slow
def test_three_kills_leave_the_weights_of_a_run_that_was_never_killed(tmp_path: Path) -> None:
    kills: list[Kill] = [("dvc", 2.5), ("trainer", 3.2), ("group", 4.8)]

    hits, most = campaign(tmp_path, kills, steps=4000)

    assert (3, 1) == (hits, most)


@pytest.mark.prove
def test_ten_kills_at_random_moments_leave_the_weights_of_a_run_that_was_never_killed(tmp_path: Path) -> None:
    chance = random.Random(20)
    kinds = ["dvc", "trainer", "shell", "group", "dvc", "trainer"]
    kills: list[Kill] = [(kind, chance.uniform(1.0, 20.0)) for kind in kinds]
    kills += [("dvc", "dvc"), ("group", "dvc"), ("shell", "trainer"), ("dvc", "trainer")]
    chance.shuffle(kills)

    hits, most = campaign(tmp_path, kills, steps=30000)

    for kind, moment in kills:
        when = f"{moment:.1f} checkpoints into a training" if isinstance(moment, float) else f"as {moment} begins"
        print(f"killed {kind:8} {when}")  # noqa: T201  # the proof's log
    print(f"{hits} of {len(kills)} hit a training; at most {most} trainer alive; weights and curve equal")  # noqa: T201
    assert hits >= 8
    assert most == 1
