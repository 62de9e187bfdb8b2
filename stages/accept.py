"""``python -m stages accept train@edsr-x2``: take over a change of code that is proven not to move the results.

The code that made the present outputs is looked up in git's history. Both versions of the stage run from one seed (a
training for 50 steps); when every output is equal to the byte, DVC is told that the stage is up to date. The commit
that an accepted state was equal to is noted, so that the next change need not wait until that state is committed.
The user's own files that git ignores, images and noise, are those of this checkout for both versions: the digests tell
whether they are still the ones that the outputs were made of.
"""

from __future__ import annotations

import filecmp
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.errors import PipelineError
from stages.closure import digest_file, digest_lines
from stages.why import stage_of

log = logging.getLogger(__name__)

STEPS = 50
REVISIONS = 50
"""How many commits back the code that made the outputs is looked for."""


def main(params: Mapping[str, Any], name: str, lock: Path, listed: Path, accepted: Path) -> None:
    """Compare old and new code of the stage ``name`` and accept the new one when its outputs are equal."""
    digest = str(listed / digest_file(*stage_of(name, params)))
    own = [line for line in digest_lines(*stage_of(name, params), params) if line.startswith("own/")]
    stage = _locked(lock, name)
    with tempfile.TemporaryDirectory(prefix="accept-") as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        revision = _check_out_origin(before, name, digest, accepted / _recorded(stage, digest), own)
        _copy_working_tree(after)
        for checkout in (before, after):
            _run(stage, checkout, _shortened(params, name))
        moved = [out["path"] for out in stage["outs"] if not _equal(before / out["path"], after / out["path"])]
    if moved:
        raise PipelineError(f"{name}: {', '.join(moved)} differ from what {revision[:10]} makes; run `dvc repro`")
    for command in (["dvc", "repro", "fingerprint"], ["dvc", "commit", "-f", name]):
        _call(command, Path.cwd())
    accepted.mkdir(parents=True, exist_ok=True)
    (accepted / _recorded(_locked(lock, name), digest)).write_text("\n".join([revision, *own]), encoding="utf-8")
    log.info("%s: equal to what %s makes, to the byte; accepted", name, revision[:10])


def _locked(lock: Path, name: str) -> Any:
    stages = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}
    if name not in stages:
        raise PipelineError(f"{lock}: has no {name}; it has never run, there is nothing to compare with")
    return stages[name]


def _recorded(stage: Mapping[str, Any], digest: str) -> str:
    return next(str(each["md5"]) for each in stage["deps"] if each["path"] == digest)


def _check_out_origin(folder: Path, name: str, digest: str, accepted: Path, own: list[str]) -> str:
    """Check out into ``folder`` the newest commit whose code made the outputs, or makes equal ones.

    The lock file records the code's digest, of which ``accepted`` has the name; there stands the commit that an
    accepted state was equal to, and the files of the user's that it read, which must be those of now, ``own``.
    """
    if accepted.is_file():
        revision, *read = accepted.read_text(encoding="utf-8").splitlines()
        if read != own:
            raise PipelineError(f"{name}: a file in own/ that it reads has changed since it was made; run `dvc repro`")
        _check_out(revision, folder)
        return revision
    history = [
        "git",
        "log",
        f"-n{REVISIONS}",
        "--format=%H",
        "--",
        "pipeline",
        "stages",
        "params.yaml",
        "own/kernels",
        "own/noise",
        "own/weights",
    ]
    for revision in _call(history, Path.cwd()).split():
        _check_out(revision, folder)
        if _fingerprint(folder, digest) == accepted.name:
            return revision
    raise PipelineError(
        f"dvc.lock: none of the last {REVISIONS} commits has the code that made {name} of what lies in own/ now: "
        "commit code and dvc.lock together before the next change; now only `dvc repro` helps"
    )


def _check_out(revision: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision], capture_output=True, check=False)
    if archive.returncode:
        raise PipelineError(f"git has {revision[:10]} no more, whose code made the outputs; run `dvc repro`")
    subprocess.run(["tar", "-x"], input=archive.stdout, cwd=folder, check=True)
    _link_own(folder)


def _fingerprint(folder: Path, digest: str) -> str:
    """Write the digests of a checkout; return the md5 of one of them, or nothing when its params do not hold."""
    words = [sys.executable, "-m", "stages", "fingerprint", "--out", str(Path(digest).parent)]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == 0
    path = folder / digest
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if done and path.is_file() else ""


def _copy_working_tree(folder: Path) -> None:
    for name in _listed("-co"):
        if Path(name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(name, folder / name)
    _link_own(folder)


def _link_own(folder: Path) -> None:
    """Link into the checkout ``folder`` what lies in ``own/`` here and git ignores: it is in no commit."""
    for name in _listed("-oi", "--", "own"):
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(Path(name).resolve())


def _listed(which: str, *rest: str) -> list[str]:
    """Return the files that git lists; with -z it writes the letters of other languages as they are."""
    return _call(["git", "ls-files", which, "-z", "--exclude-standard", *rest], Path.cwd()).split("\0")[:-1]


def _shortened(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    verb, _, entry = name.partition("@")
    if verb == "train":
        training = params["models"][entry]["training"]
        training["steps"] = min(training["steps"], STEPS)
    return params


def _run(stage: Mapping[str, Any], checkout: Path, params: Mapping[str, Any]) -> None:
    """Run the stage's command in ``checkout``, on the data of this one."""
    with (checkout / "params.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(params, file)
    folder = {str(Path(each["path"]).parent) for each in stage["deps"] if each["path"].startswith("build/")}
    _call([sys.executable, "-m", "stages", "fingerprint", "--out", folder.pop()], checkout)
    for each in stage["deps"]:
        path = checkout / each["path"]
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(Path(each["path"]).resolve())
    for out in stage["outs"]:
        shutil.rmtree(checkout / out["path"], ignore_errors=True)
    _call(["/bin/sh", "-c", stage["cmd"]], checkout)


def _equal(before: Path, after: Path) -> bool:
    """Tell whether two files, or all files of two folders but ``engine.json``, are equal to the byte."""
    if before.is_file():
        return after.is_file() and filecmp.cmp(before, after, shallow=False)
    names = sorted({path.name for folder in (before, after) for path in folder.iterdir()} - {"engine.json"})
    return filecmp.cmpfiles(before, after, names, shallow=False)[0] == names


def _call(words: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise PipelineError(f"`{' '.join(words)}` failed: {' '.join(last)}")
    return done.stdout
