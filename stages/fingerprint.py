"""Writes one digest file per stage: which code it reaches, and what that code says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import atomic
from stages.closure import digest_file, digest_lines, targets


def main(params: Mapping[str, Any], out: Path) -> None:
    """Write the digest of every stage that params.yaml names."""
    with atomic.folder(out) as folder:
        for verb, name in targets(params):
            lines = digest_lines(verb, name, params)
            (folder / digest_file(verb, name)).write_text("\n".join(lines) + "\n", encoding="utf-8")
