"""What the verbs of the registry share: the lock, the date, git's revision, and the hashes that DVC keeps."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from ruamel.yaml import YAML

from pipeline.errors import PipelineError

PATIENCE_SECONDS = 60.0
STAGES = ("train", "evaluate", "measure")
"""The stages whose hashes tell what a model was made from."""
CODE = ("pipeline", "stages", "params.yaml", "dvc.yaml")


def checkout() -> Path:
    """Return the checkout, also where DVC runs an experiment in a temporary folder."""
    return Path(os.environ.get("DVC_ROOT") or ".").resolve()


def experiment() -> str | None:
    """Return the name of DVC's experiment that this process belongs to, or None."""
    return os.environ.get("DVC_EXP_NAME") or None


@contextmanager
def writing() -> Iterator[None]:
    """Be the only process of this checkout that writes facts or their index."""
    path = checkout() / "build" / "registry.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("filelock").setLevel(logging.WARNING)
    try:
        with FileLock(path, timeout=PATIENCE_SECONDS):
            yield
    except Timeout:
        raise PipelineError(f"{path}: another process writes the registry; wait for it or end it") from None


def now() -> str:
    """Return the date of an entry: UTC, to the second, as `registry.yaml` keeps it."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def revision() -> str:
    """Return the commit that is checked out, ``-dirty`` when code or params differ from it, ``unknown`` without git."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", *CODE)
    return f"{commit}-dirty" if commit and changed else commit or "unknown"


def hashes(lock: Path, name: str) -> dict[str, str]:
    """Return the md5 of all that the stages of the model ``name`` read and wrote, by path, from DVC's lock file."""
    stages = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}
    known = [stages.get(f"{stage}@{name}", {}) for stage in STAGES]
    paths = [path for stage in known for path in (*stage.get("deps", []), *stage.get("outs", []))]
    return {path["path"]: str(path["md5"]) for path in paths if "md5" in path}


def cached(md5: str, cache: Path) -> dict[str, Path] | None:
    """Return where DVC's cache keeps the files of a folder, by name; None when it has lost one of them."""
    listed = _object(md5, cache)
    if not listed.is_file():
        return None
    rows: list[dict[str, Any]] = YAML(typ="safe").load(listed.read_text(encoding="utf-8"))
    found = {row["relpath"]: _object(row["md5"], cache) for row in rows}
    return found if all(path.is_file() for path in found.values()) else None


def cache_folder() -> Path:
    """Return DVC's cache of this checkout."""
    said = subprocess.run(["dvc", "cache", "dir"], cwd=checkout(), capture_output=True, text=True, check=False)
    if said.returncode:
        raise PipelineError(f"`dvc cache dir` failed: {said.stderr.strip().splitlines()[-1:]}")
    return Path(said.stdout.strip())


def _object(md5: str, cache: Path) -> Path:
    return cache / "files" / "md5" / md5[:2] / md5[2:]


def _git(*words: str) -> str:
    try:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""
