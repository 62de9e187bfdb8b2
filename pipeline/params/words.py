"""Faults of params.yaml in words: those of YAML, not of Python."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from math import inf, isnan
from typing import Any, NamedTuple

from pipeline.bounds import OwnFile
from pipeline.lookup import names
from pipeline.signatures import (
    Choice,
    DictOf,
    Either,
    ListOf,
    Named,
    Parameter,
    Scalar,
    Settings,
    Supplied,
    TupleOf,
    Type,
    constructor,
)

NOUNS = {int: "a whole number", float: "a number", str: "text", bool: "true or false", type(None): "null"}
LONGEST = 60
"""Characters shown of a text."""


class Fault(NamedTuple):
    """What is wrong at a place: its keys from the top, joined by dots; empty for the whole file."""

    place: str
    text: str

    def __str__(self) -> str:
        """Return the fault as a line, or as the end of one that begins with the file's name."""
        return f"{self.place}: {self.text}" if self.place else self.text


def inside(place: str, key: str) -> str:
    """Return the place of ``key`` inside ``place``."""
    return f"{place}.{key}" if place else key


def unknown(name: object, choices: Iterable[object], none: str = "there is nothing to choose from") -> str:
    """Return what to say of an unknown name: the nearest one and all of them, or ``none`` where there is no choice."""
    known = sorted(map(str, choices))
    said = f"`{short(name)}` is unknown" if isinstance(name, str) else f"must be a name, not {shown(name)}"
    near = get_close_matches(short(name), known, n=1) if isinstance(name, str) else []
    return f"{said}; did you mean `{near[0]}`? Choices: {', '.join(known)}" if near else f"{said}; {_all(known, none)}"


def absent(choices: Iterable[object], none: str) -> str:
    """Return what to say of a name that is not said, ``none`` where there is no choice."""
    return f"missing; {_all(map(str, choices), none)}"


def _all(choices: Iterable[str], none: str) -> str:
    listed = ", ".join(choices)
    return f"choices: {listed}" if listed else none


def shown(value: Any) -> str:
    """Say what stands there."""
    if isinstance(value, str):
        return f"the text {short(value)!r}"
    if isinstance(value, float):
        return ".nan" if isnan(value) else {inf: ".inf", -inf: "-.inf"}.get(value, str(value))
    words = {dict: "a mapping", list: "a list", type(None): "null", bool: str(value).lower()}
    return words.get(type(value), str(value))


def shown_keys(value: Any) -> str:
    """Say what stands there, of a mapping its keys."""
    keys = list(value) if isinstance(value, dict) else []
    if len(keys) == 1:
        return f"`{short(keys[0])}` with {shown(value[keys[0]])}"
    return f"a mapping of {', '.join(map(short, keys))}" if keys else shown(value)


def noun(type_: Type) -> str:
    """Say what stands where ``type_`` is met."""
    if isinstance(type_, Scalar):
        return NOUNS[type_.type]
    if isinstance(type_, Choice):
        return " or ".join(f"`{each}`" for each in type_.values)
    if isinstance(type_, Either):
        return " or ".join(map(noun, type_.options))
    if isinstance(type_, OwnFile):
        return f"the name of a file in own/{type_.folder}"
    if isinstance(type_, TupleOf) and not type_.repeated:
        return f"a list of {len(type_.items)}"
    return "a list" if isinstance(type_, ListOf | TupleOf) else "a mapping"


def missing(type_: Type) -> str:
    """Say of a key that lacks what it must be."""
    if isinstance(type_, Choice):
        return absent(type_.values, "")
    if isinstance(type_, Named) and type_.bare:
        return absent(names(type_.room), "")
    if isinstance(type_, Named):
        return (
            f"missing; it must be a mapping with the `name` of one of the {type_.room}: {', '.join(names(type_.room))}"
        )
    if isinstance(type_, Settings):
        return f"missing; it must be a mapping with the keys {', '.join(keys(constructor(type_.module, type_.name)))}"
    if isinstance(type_, DictOf):
        return f"missing; it must be a mapping{of_what(type_) if type_.filled else ', `{}` if empty'}"
    bound = f", {type_.bound.says}" if isinstance(type_, Scalar) and type_.bound else ""
    return f"missing; it must be {noun(type_)}{bound}"


def empty(type_: ListOf | TupleOf | DictOf) -> str:
    """Say of a list or mapping that it lacks something."""
    return f"is empty; name at least one{of_what(type_)}"


def of_what(type_: ListOf | TupleOf | DictOf) -> str:
    """Say which parts a list or mapping may hold."""
    item = type_.value if isinstance(type_, DictOf) else type_.item if isinstance(type_, ListOf) else None
    return f"; choices: {', '.join(names(item.room))}" if isinstance(item, Named) else ""


def keys(wanted: tuple[Parameter, ...]) -> dict[str, Parameter]:
    """Return those of ``wanted`` that params.yaml can say, by name."""
    return {each.name: each for each in wanted if not isinstance(each.type, Supplied)}


def short(text: str) -> str:
    """Return ``text``, or its beginning when it is long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
