"""The check of a whole params.yaml, without torch, in well under a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import ParamsError
from pipeline.params import rules
from pipeline.params.document import read
from pipeline.params.values import block
from pipeline.signatures import constructor

EXPERIMENT = constructor("pipeline.params.schema", "Experiment")


def checked(path: Path) -> dict[str, Any]:
    """Return the content of ``path``; raise ParamsError with one line per problem when it does not hold."""
    content = read(path)
    problems = list(block(EXPERIMENT, content, path.name))
    for stage in ([rules.names, rules.edges], [rules.cycles, rules.scales, rules.fields]):
        if not problems:
            problems = [f"{path.name}: {line}" for rule in stage for line in rule(content)]
    if problems:
        raise ParamsError("\n".join(problems))
    return content
