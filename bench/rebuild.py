"""Where the wall time of ``make repro`` goes: a clone makes everything, and then finds nothing to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bench.work import seconds

ROOT = Path(__file__).parents[1]
RUNNING = re.compile(r"^Running stage '([^'@]+)")
MANY = 130
"""Stages of an experiment that compares some thirty models."""
COPIED = "bicubic-luma-x2"
"""A model that need not learn: copies of it are stages like any other, made in little time."""


@dataclass(frozen=True)
class Verb:
    """All stages of one kind: how many ran, and how long they took together, DVC's own part with them."""

    name: str
    stages: int
    seconds: float


@dataclass(frozen=True)
class Rebuilt:
    """What ``dvc repro`` took.

    Args:
        verbs: where the time of the first went, in order.
        idle: seconds of one with nothing to do, by the number of its stages.
    """

    verbs: list[Verb]
    idle: dict[int, float]


def rebuilt(folder: Path) -> Rebuilt:
    """Make the default experiment in a clone below ``folder``, then one of ``MANY`` stages; time both done again."""
    clone = Checkout(folder / "clone")
    verbs = list(clone.made())
    idle = {clone.stages(): clone.idle()}
    clone.grow_to(MANY)
    list(clone.made())
    return Rebuilt(verbs, idle | {clone.stages(): clone.idle()})


class Checkout:
    """A clone of what is committed, with an own cache."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["git", "clone", "-q", str(ROOT), str(path)], check=True)

    def made(self) -> Iterator[Verb]:
        """Run ``dvc repro``; yield each kind of stage in the order of their first."""
        command = ["dvc", "repro"]
        begun = time.perf_counter()
        marks = [("read dvc.yaml", begun)]
        with subprocess.Popen(
            command, cwd=self.path, env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout
            for line in run.stdout:
                if found := RUNNING.match(line):
                    marks.append((found[1], time.perf_counter()))
        assert run.returncode == 0, f"`dvc repro` ended with {run.returncode}"
        ends = [*(when for _, when in marks[1:]), time.perf_counter()]
        took = [(name, end - when) for (name, when), end in zip(marks, ends, strict=True)]
        for name in dict.fromkeys(name for name, _ in took):
            times = [each for other, each in took if other == name]
            yield Verb(name, len(times), sum(times))

    def idle(self) -> float:
        """Return the seconds of ``dvc repro`` with nothing to do."""
        return seconds(lambda: self._run("repro"))

    def stages(self) -> int:
        """Return how many stages dvc.yaml makes of params.yaml."""
        return len(self._run("stage", "list", "--name-only").splitlines())

    def grow_to(self, stages: int) -> None:
        """Add copies of one model to params.yaml until there are at least ``stages``."""
        before = self.stages()
        self._copy(1)
        each = self.stages() - before
        self._copy(-(-(stages - before) // each))

    def _copy(self, times: int) -> None:
        yaml, path = YAML(), self.path / "params.yaml"
        params = yaml.load(path.read_text(encoding="utf-8"))
        params["models"] |= {f"copy-{number}-x2": params["models"][COPIED] for number in range(times)}
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(params, file)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            ["dvc", *words], cwd=self.path, env=self._environment(), check=True, capture_output=True, text=True
        )
        return done.stdout

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "DVC_NO_ANALYTICS": "1"}
