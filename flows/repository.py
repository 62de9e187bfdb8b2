"""What DVC's command line says of this checkout: graph, staleness, scores; and the words that ask it for work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Collection, Sequence
from typing import Any

from ruamel.yaml import YAML

from flows.children import ROOT
from flows.errors import FlowError
from flows.graph import Graph, parsed
from flows.walk import End

DVC = (sys.executable, "-m", "dvc", "--wait-for-lock")
RAN = re.compile(r"Running stage '(.+)':|Stage '(.+)' is cached - skipping run, checking out outputs")


def graph() -> Graph:
    """Return the graph of stages."""
    return parsed(_said("dag", "--dot"))


def stale(stages: Collection[str] = ()) -> frozenset[str]:
    """Return which of the stages (none named: of all) do not stand as they were made from what they read."""
    return frozenset(json.loads(_said("status", "--json", *stages)))


def metrics() -> dict[str, Any]:
    """Return the metrics files, path -> what is in them."""
    shown = json.loads(_said("metrics", "show", "--json"))
    return {path: file["data"] for path, file in shown.get("", {}).get("data", {}).items() if "data" in file}


def leased(stages: Collection[str]) -> frozenset[str]:
    """Return the stages that hold a device of the machine while they run: dvc.yaml says ``meta: {lease: gpu}``."""
    blocks = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    verbs = {verb for verb, block in blocks.items() if block.get("do", block).get("meta", {}).get("lease") == "gpu"}
    return frozenset(stage for stage in stages if stage.partition("@")[0] in verbs)


def alone(stage: str, force: bool) -> list[str]:
    """Return the command that makes one stage and nothing above it."""
    return [*DVC, "repro", "--single-item", *(["--force"] if force else []), stage]


def whole(targets: Sequence[str] = ()) -> list[str]:
    """Return the command that makes all that is stale, or all that the targets need."""
    return [*DVC, "repro", *targets]


def made(lines: Sequence[str]) -> list[str]:
    """Return the stages that a ``dvc repro`` says it has made, or brought back from DVC's cache of runs."""
    return [found[1] or found[2] for found in map(RAN.search, lines) if found]


def ended(stage: str, lines: Sequence[str]) -> End:
    """Tell from what ``dvc repro`` said whether a stage that ended well was made."""
    return End.CURRENT if f"Stage '{stage}' didn't change, skipping" in lines else End.RAN


def _said(*words: str) -> str:
    asked = subprocess.run(
        [*DVC, *words], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if asked.returncode:
        raise FlowError(f"`dvc {' '.join(words[:2])}` fails:\n{asked.stderr.strip()}")
    return asked.stdout
