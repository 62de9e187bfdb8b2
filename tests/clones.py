"""Temporary clones of the working tree, with the test parts in their rooms."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.registry.ledger import HEADER

ROOT = Path(__file__).parent.parent
OUTPUTS = ("dvc.lock", "scores", "curves", "costs", "registry", "registry.yaml", "docs")
CODE = ("pipeline", "stages", "dvc.yaml", "own", ".dvc", ".dvcignore", ".gitignore")
"""What makes results."""
QUIET = {
    "DVC_NO_ANALYTICS": "1",
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "OMP_NUM_THREADS": "1",
    "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",  # no server: what a stage says in git must not need one
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@dataclass(frozen=True)
class Clone:
    """A checkout in a temporary folder."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands: this Python first, its own download store."""
        own = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "SR_CACHE": "store"}
        return {**os.environ, **QUIET, **own}

    def run(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in the clone, ``said`` being its input, and return what it said itself."""
        return subprocess.run(words, cwd=self.path, env=self.environment, input=said, capture_output=True, text=True)

    def stages(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``python -m stages``."""
        return self.run(sys.executable, "-m", "stages", *words, said=said)

    def repro(self, *words: str) -> list[str]:
        """Run ``dvc repro``, which must succeed; return the stages that ran, in order."""
        said = self.run("dvc", "repro", *words)
        assert said.returncode == 0, said.stdout + said.stderr
        return re.findall(r"^Running stage '(.+)':$", said.stdout, re.MULTILINE)

    def study(self) -> dict[str, Any]:
        """Return what `make degradation` says of the models in the clone."""
        places = [word for name in ("models", "scores", "curves", "costs", "own") for word in (f"--{name}", name)]
        said = self.stages("degradation", "--pairs", "data/pairs", *places, "--out", "degradation")
        assert said.returncode == 0, said.stdout + said.stderr
        numbers: dict[str, Any] = json.loads((self.path / "degradation.json").read_text(encoding="utf-8"))
        return numbers

    def count(self) -> int:
        """Return how many stages the graph has."""
        return len(self.run("dvc", "stage", "list", "--all", "--name-only").stdout.split())

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace the one place in ``file`` that reads ``before``."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file} has `{before}` {text.count(before)} times"
        (self.path / file).write_text(text.replace(before, after), encoding="utf-8")


def listed() -> list[str]:
    """Return the files that git knows or would add."""
    words = ["git", "ls-files", "-co", "--exclude-standard"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in said.stdout.splitlines() if (ROOT / name).is_file()]


def _copy(name: str, path: Path) -> None:
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, path / name)


def keep_clone(path: Path, params: Path) -> Clone:
    """Bring the checkout ``path``, which stays, to the working tree's code and to ``params``: what it made it keeps."""
    for name in listed():
        if Path(name).parts[0] in CODE:
            _copy(name, path)
    shutil.copyfile(params, path / "params.yaml")
    clone = Clone(path)
    assert clone.run("git", "init", "-q").returncode == 0
    return clone


def kept_with(stages: Sequence[str], path: Path, params: Path, *, threads: int) -> Clone:
    """Return the checkout ``path`` of a proof, which stays, when ``stages`` are made there from the mirror's images."""
    clone = keep_clone(path, params)
    own = {"SR_MIRROR": str((ROOT / os.environ["SR_MIRROR"]).resolve()), "OMP_NUM_THREADS": str(threads)}
    subprocess.run(["dvc", "repro", *stages], cwd=clone.path, env={**clone.environment, **own}, check=True)
    return clone


def make_clone(path: Path) -> Clone:
    """Copy what git knows or would add into ``path``, put the test parts into their rooms, and commit."""
    for name in listed():
        if Path(name).parts[0] not in OUTPUTS:
            _copy(name, path)
    for room in (path / "tests" / "parts").iterdir():
        if room.is_dir():
            shutil.copytree(room, path / "pipeline" / room.name, dirs_exist_ok=True)
    shutil.copyfile(path / "tests" / "parts" / "params.yaml", path / "params.yaml")
    (path / "registry.yaml").write_text(HEADER, encoding="utf-8")
    clone = Clone(path)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "clone"]):
        assert clone.run("git", *words).returncode == 0
    return clone
