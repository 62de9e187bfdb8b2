"""The check of a whole params.yaml, without torch, in well under a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ParamsError
from pipeline.params import fitting, lacking, rules, scaling
from pipeline.params.document import plain, read
from pipeline.params.values import block
from pipeline.params.words import Fault
from pipeline.signatures import constructor

EXPERIMENT = constructor("pipeline.params.schema", "Experiment")
STAGES = (
    [rules.names, rules.edges],
    [rules.cycles],
    [
        fitting.learners,
        scaling.scales,
        fitting.losses,
        fitting.rivals,
        fitting.fields,
        fitting.starts,
        fitting.augmentations,
        fitting.anew,
        scaling.levels,
        scaling.cuts,
        fitting.metrics,
        lacking.models,
        lacking.batches,
        lacking.weights,
    ],
)


def checked(path: Path) -> dict[str, Any]:
    """Return the content of ``path``; raise ParamsError with one line per problem when it does not hold."""
    try:
        content = read(path)
        faults = list(plain(content)) or _faults(content)
    except RecursionError:
        raise ParamsError(f"{path.name}: the nesting is too deep") from None
    if faults:
        raise ParamsError("\n".join(f"{path.name}: {_on_one_line(str(fault))}" for fault in faults))
    return content


def _faults(content: Any) -> list[Fault]:
    """Return the faults of one kind, the kinds before having none: values, then edges, then what edges bring."""
    faults = list(_values(content))
    for stage in STAGES:
        if not faults:
            faults = [fault for rule in stage for fault in rule(content)]
    return faults


def _values(content: Any) -> Iterator[Fault]:
    """Yield the faults of values; of a name that is not said, the line of the rule that knows the choices."""
    unsaid = list(rules.unsaid(content))
    places = {fault.place for fault in unsaid}
    yield from unsaid
    yield from (fault for fault in block(EXPERIMENT, content, "") if fault.place not in places)


def _on_one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "\ufffd" for each in " ".join(text.split()))
