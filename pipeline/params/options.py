"""Settings in one line, as in ``exposure=0.5 demosaic=dht``: what a command takes where a file would be too much."""

from __future__ import annotations

from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.errors import PipelineError
from pipeline.lookup import settings
from pipeline.params.values import problems
from pipeline.signatures import Settings

Kind = TypeVar("Kind")


def options(kind: type[Kind], text: str, place: str) -> Kind:
    """Return the settings ``kind`` with what ``text`` says, values written as in params.yaml.

    Args:
        kind: a dataclass of settings.
        text: words ``name=value``, split at spaces.
        place: what the user calls the text, for errors.

    Raises:
        PipelineError: a word without ``=``, or what the settings cannot be.
    """
    said = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise PipelineError(f"{place}: `{word}` must be written name=value, words split by spaces")
        try:
            said[name] = YAML(typ="safe").load(value)
        except YAMLError:
            raise PipelineError(f"{place}: {name}: `{value}` cannot be read; write it as in params.yaml") from None
    faults = list(problems(Settings(kind.__module__, kind.__name__), said, place))
    if faults:
        raise PipelineError("\n".join(f"{fault.place}: {fault.text}" for fault in faults))
    return settings(kind, said)
