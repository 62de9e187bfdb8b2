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
    try:
        content = read(path)
        problems = _problems(content, path.name)
    except RecursionError:
        raise ParamsError(f"{path.name}: an anchor stands inside itself, or the nesting is too deep") from None
    if problems:
        raise ParamsError("\n".join(" ".join(line.split()) for line in problems))
    return content


def _problems(content: Any, file: str) -> list[str]:
    """Return the problems of one kind, the kinds before having none: values, then edges, then what edges bring."""
    unsaid = [f"{file}: {line}" for line in rules.unsaid_edges(content)]
    places = tuple(line.partition("missing")[0] for line in unsaid)
    problems = unsaid + [line for line in block(EXPERIMENT, content, file) if not line.startswith(places)]
    for stage in ([rules.names, rules.edges], [rules.cycles, rules.scales, rules.losses, rules.fields]):
        if not problems:
            problems = [f"{file}: {line}" for rule in stage for line in rule(content)]
    return problems
