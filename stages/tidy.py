"""``python -m stages tidy``: outputs and lock entries that params.yaml no longer names, removed after asking."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline import atomic
from stages.closure import targets


def main(params: Mapping[str, Any], lock: Path, resume: Path) -> None:
    """List what is left over in the lock file ``lock`` and the checkpoint folder ``resume``; remove it on a yes."""
    entries = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}
    stale = _stale(entries, params)
    paths = [*_outputs(entries, stale), *sorted(resume.glob("*"))]
    if not stale and not paths:
        sys.stdout.write("nothing is left over\n")
        return
    for line in [*(f"lock entry  {name}" for name in stale), *(f"output      {path}" for path in paths)]:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write("DVC's cache keeps the outputs until `dvc gc`. Remove them here? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        _remove(paths)
        _forget(lock, stale)


def _stale(entries: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    wanted = {f"{verb}@{name}" for verb, name in targets(params) if name}
    return sorted(name for name in entries if "@" in name and name not in wanted)


def _outputs(entries: Mapping[str, Any], stale: list[str]) -> list[Path]:
    """Return the outputs of the stale entries that still exist and that no other entry makes."""
    kept = {out["path"] for name, each in entries.items() if name not in stale for out in each.get("outs", [])}
    outs = {out["path"] for name in stale for out in entries[name].get("outs", [])}
    return [Path(path) for path in sorted(outs - kept) if os.path.lexists(path)]


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
