"""``python -m stages tidy``: lists what params.yaml no longer names, and removes it after asking."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline import atomic
from stages import train
from stages.closure import digest_file, targets
from stages.lock import is_held

ORPHAN = "kept nowhere else"


def main(params: Mapping[str, Any], lock: Path, listed: Path, pairs: Path, models: Path, resume: Path) -> None:
    """List what is left over in the lock file ``lock`` and the checkpoint folder ``resume``; remove it on a yes."""
    entries = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}
    stale = _stale(entries, params)
    outputs = _outputs(entries, stale)
    checkpoints = _checkpoints(resume, set(_keys(params, listed, pairs, models)))
    if not stale and not checkpoints:
        sys.stdout.write("nothing is left over\n")
        return
    rows = [("lock entry", name, f"of {lock}, which is in git") for name in stale]
    rows += [("output", str(path), _keeper(path)) for path in outputs]
    rows += [("checkpoint", str(path), ORPHAN) for path in checkpoints]
    widest = max(len(what) for _, what, _ in rows)
    for kind, what, kept in rows:
        sys.stdout.write(f"{kind:<10}  {what:<{widest}}  {kept}\n")
    sys.stdout.write("Remove them here? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        _remove([*outputs, *checkpoints])
        _forget(lock, stale)


def _stale(entries: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    wanted = {f"{verb}@{name}" for verb, name in targets(params) if name}
    return sorted(name for name in entries if "@" in name and name not in wanted)


def _outputs(entries: Mapping[str, Any], stale: list[str]) -> list[Path]:
    """Return the outputs of the stale entries that still exist and that no other entry makes."""
    kept = {out["path"] for name, each in entries.items() if name not in stale for out in each.get("outs", [])}
    outs = {out["path"] for name in stale for out in entries[name].get("outs", [])}
    return [Path(path) for path in sorted(outs - kept) if os.path.lexists(path)]


def _checkpoints(resume: Path, keys: set[str]) -> list[Path]:
    """Return what trainings left that params.yaml no longer names as they were, and that do not run now."""
    left = [path for path in sorted(resume.glob("*")) if path.stem not in keys]
    return [path for path in left if not is_held(path.with_suffix(".lock"))]


def _keys(params: Mapping[str, Any], listed: Path, pairs: Path, models: Path) -> Iterator[str]:
    """Yield the keys of the trainings of params.yaml whose data and code lie here."""
    for name, model in params["models"].items():
        code, learnt, start = listed / digest_file("train", name), pairs / model["pairs"], models / model["start"]
        if code.is_file() and learnt.is_dir() and start.is_dir():
            yield train.key(params, name, code, learnt, start)


def _keeper(path: Path) -> str:
    """Say who keeps an output that is removed here."""
    if _git("ls-files", "--", str(path)):
        return "kept in git as it was committed"
    if _git("ls-files", "--others", "--exclude-standard", "--", str(path)):
        return ORPHAN
    return "kept in DVC's cache until `dvc gc`"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _forget(lock: Path, stale: list[str]) -> None:
    """Take the entries out of the lock file, leaving the rest as DVC wrote it."""
    if not stale:
        return
    yaml = YAML()
    content = yaml.load(lock.read_text(encoding="utf-8"))
    for name in stale:
        del content["stages"][name]
    with atomic.file(lock) as partial, partial.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
