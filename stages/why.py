"""``python -m stages why train@edsr-x2``: the files behind a stage's digest, the changed ones marked."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from stages.closure import digest_file, digest_lines, targets


def main(params: Mapping[str, Any], name: str, listed: Path) -> None:
    """Print the modules and data files that the stage ``name`` reaches; ``*``: not as in the folder ``listed``."""
    verb, entry = stage_of(name, params)
    recorded = listed / digest_file(verb, entry)
    before = set(recorded.read_text(encoding="utf-8").splitlines()) if recorded.is_file() else set()
    for line in digest_lines(verb, entry, params):
        sys.stdout.write(f"{' ' if line in before else '*'} {line.split()[0]}\n")
    sys.stdout.write("* changed since the last `dvc repro fingerprint`\n")


def stage_of(name: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Split ``train@edsr-x2``; raise PipelineError with the stages that have a digest when it is none of them."""
    verb, _, entry = name.partition("@")
    if (verb, entry) not in set(targets(params)):
        choices = ", ".join(f"{verb}@{entry}".rstrip("@") for verb, entry in targets(params))
        raise PipelineError(f"STAGE: `{name}` has no digest; choices: {choices}")
    return verb, entry
