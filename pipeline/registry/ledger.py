"""The ledger, ``registry.yaml``: who became champion when and why, one entry after the other, none ever rewritten."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline import atomic
from pipeline.errors import DataError

HEADER = """\
# Who became champion of which task, when and why. Only ever appended to, by `dvc repro`, `make promote` and
# `make rollback`; never edit an entry: MLflow's versions and aliases are made from them in this order.
"""
CHAMPION, CHALLENGER = "champion", "challenger"
GATE, PROMOTE, ROLLBACK = "gate", "promote", "rollback"
VALUES = {
    "hash": re.compile(r"[0-9a-f]{64}"),
    "verdict": re.compile(f"{CHAMPION}|{CHALLENGER}"),
    "by": re.compile(f"{GATE}|{PROMOTE}|{ROLLBACK}"),
}


@dataclass(frozen=True)
class Entry:
    """One event.

    Args:
        task: what it is about, ``sr-<suite>``.
        model: the name in params.yaml under which the version was registered.
        hash: the model's hash.
        revision: the commit whose code made it, ``-dirty`` when there were changes.
        verdict: ``champion`` or ``challenger``.
        by: ``gate`` for a new version; ``promote`` and ``rollback`` are done by hand.
        date: of this entry, UTC, ISO 8601.
        reasons: sentences.
    """

    task: str
    model: str
    hash: str
    revision: str
    verdict: str
    by: str
    date: str
    reasons: tuple[str, ...]


def read(path: Path) -> list[Entry]:
    """Return the entries of ``path``, none where there is no file; raise DataError when one is not as written."""
    try:
        rows = YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise DataError(f"{path}: is not YAML ({said}); it is only appended to: mend it from git's history") from None
    if not isinstance(rows, list | None):
        raise DataError(f"{path}: must be a list of entries; mend it from git's history")
    return [_entry(path, number, row) for number, row in enumerate(rows or [], 1)]


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Append ``entries``; what stands there stays as it is, to the byte."""
    rows = [{**asdict(entry), "reasons": list(entry.reasons)} for entry in entries]
    if rows:
        before = path.read_text(encoding="utf-8") if path.is_file() else HEADER
        text = io.StringIO()
        yaml = YAML()
        yaml.width = 100_000
        yaml.dump(rows, text)
        atomic.write_text(path, before + text.getvalue())


def _entry(path: Path, number: int, row: Any) -> Entry:
    names = {field.name for field in fields(Entry)}
    if not isinstance(row, dict) or row.keys() != names or not isinstance(row["reasons"], list):
        wanted = ", ".join(sorted(names))
        raise DataError(f"{path}: entry {number} must have the keys {wanted}; mend it from git's history")
    for name, pattern in VALUES.items():
        if not pattern.fullmatch(str(row[name])):
            raise DataError(f"{path}: entry {number}: {name} cannot be `{row[name]}`; mend it from git's history")
    texts = {name: str(value) for name, value in row.items() if name != "reasons"}
    return Entry(**texts, reasons=tuple(map(str, row["reasons"])))
