"""``python -m stages why train@edsr-x2``: the modules behind a digest, the changed ones marked, and the inputs."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.errors import PipelineError
from stages.closure import digest_file, digest_lines, targets


def main(params: Mapping[str, Any], name: str, listed: Path, lock: Path) -> None:
    """Print the modules and data files that the stage ``name`` reaches; ``*``: not as in the folder ``listed``.

    Beside them, what it has read when it last ran, as the lock file ``lock`` says.
    """
    verb, entry = stage_of(name, params)
    recorded = listed / digest_file(verb, entry)
    before = set(recorded.read_text(encoding="utf-8").splitlines()) if recorded.is_file() else set()
    lines = digest_lines(verb, entry, params)
    sys.stdout.write(f"modules that {name} reaches, data files beside them, and settings:\n")
    for line in lines:
        sys.stdout.write(f"{' ' if line in before else '*'} {line.split()[0]}\n")
    if not before.issuperset(lines):
        sys.stdout.write("* changed since the last `dvc repro fingerprint`\n")
    for what, words in _read(lock, name, str(recorded)).items():
        sys.stdout.write(f"{what}: {', '.join(words)}\n")


def _read(lock: Path, name: str, digest: str) -> dict[str, list[str]]:
    """Return the files and the keys of params.yaml that the stage has read, but for its digest; nothing if none."""
    stages = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}
    stage = stages.get(name, {})
    files = [each["path"] for each in stage.get("deps", []) if each["path"] != digest]
    keys = [key for section in stage.get("params", {}).values() for key in section]
    return {what: found for what, found in (("files", files), ("params.yaml", keys)) if found}


def stage_of(name: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Split ``train@edsr-x2``; raise PipelineError with the stages that have a digest when it is none of them."""
    verb, _, entry = name.partition("@")
    if (verb, entry) not in set(targets(params)):
        choices = ", ".join(f"{verb}@{entry}".rstrip("@") for verb, entry in targets(params))
        raise PipelineError(f"STAGE: `{name}` has no digest; choices: {choices}")
    return verb, entry
