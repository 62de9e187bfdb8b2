"""Checking a value of params.yaml against the type of the parameter it is written for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from pipeline.errors import ParamsError
from pipeline.lookup import children, chosen, fits, names, settings, signature
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
WEIGHTED = (
    Parameter("weight", Scalar(float), required=True),
    Parameter("fields", DictOf(Scalar(str)), required=False),
)


def problems(type_: Type, value: Any, where: str) -> Iterator[str]:
    """Yield one line, beginning with ``where``, for everything in ``value`` that does not fit ``type_``."""
    if isinstance(type_, Scalar):
        yield from ([] if fits(type_.type, value) else [f"{where}: must be {NOUNS[type_.type]}, not {_shown(value)}"])
    elif isinstance(type_, Choice):
        listed = isinstance(value, list | dict) or value not in type_.values
        yield from [f"{where}: {unknown(str(value), map(str, type_.values))}"] if listed else []
    elif isinstance(type_, Either):
        yield from _either(type_, value, where)
    elif isinstance(type_, Named):
        yield from _part(type_, value, where)
    elif isinstance(type_, Settings):
        yield from _settings(type_, value, where)
    else:
        yield from _container(type_, value, where)


def unknown(name: str, choices: Any) -> str:
    """Return the end of a line about an unknown name: the nearest one, and all of them."""
    known = sorted(choices)
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"`{name}` is unknown; {hint}Choices: {', '.join(known) or 'none'}"


def block(wanted: tuple[Parameter, ...], value: Any, where: str) -> Iterator[str]:
    """Yield the problems of a mapping whose keys are the parameters ``wanted``."""
    if not isinstance(value, dict):
        yield f"{where}: must be a mapping with the keys {', '.join(p.name for p in wanted)}, not {_shown(value)}"
        return
    sayable = {each.name: each for each in wanted if not isinstance(each.type, Supplied)}
    for key in value:
        if key not in sayable:
            yield f"{_inside(where, key)}: {unknown(str(key), sayable)}"
    for name, each in sayable.items():
        if name in value:
            yield from problems(each.type, value[name], _inside(where, name))
        elif each.required:
            yield f"{_inside(where, name)}: missing; {_wanted(each.type)}"


def _inside(where: str, key: object) -> str:
    return f"{where}: {key}" if where.endswith(".yaml") else f"{where}.{key}"


def _shown(value: Any) -> str:
    kind = {dict: "a mapping", list: "a list", type(None): "null"}.get(type(value))
    return kind or f"{value!r} ({type(value).__name__})"


def _wanted(type_: Type) -> str:
    if isinstance(type_, Scalar):
        return f"it must be {NOUNS[type_.type]}"
    if isinstance(type_, Choice):
        return f"choices: {', '.join(map(str, type_.values))}"
    if isinstance(type_, Named):
        return f"name one of the {type_.room}: {', '.join(names(type_.room))}"
    if isinstance(type_, Either):
        return " or ".join(map(_wanted, type_.options))
    return "it must be a list" if isinstance(type_, ListOf | TupleOf) else "it must be a mapping"


def _either(type_: Either, value: Any, where: str) -> Iterator[str]:
    tried = [list(problems(option, value, where)) for option in type_.options]
    if all(tried):
        nested = isinstance(value, list | dict)
        option = chosen(type_, value)
        readable = isinstance(option, ListOf | TupleOf | DictOf | Named | Settings) and nested
        yield from problems(option, value, where) if readable else [f"{where}: {_shown(value)}; {_wanted(type_)}"]


def _part(type_: Named, value: Any, where: str) -> Iterator[str]:
    room = type_.room
    if not isinstance(value, dict) or "name" not in value:
        yield f"{where}: must be a mapping with a `name`, not {_shown(value)}; {_wanted(Named(room))}"
    elif value["name"] not in names(room):
        yield f"{where}.name: {unknown(str(value['name']), names(room))}"
    else:
        options = {key: item for key, item in value.items() if key != "name"}
        yield from block(signature(room, value["name"]) + (WEIGHTED if type_.weighted else ()), options, where)


def _settings(type_: Settings, value: Any, where: str) -> Iterator[str]:
    found = list(block(constructor(type_.module, type_.name), value, where))
    yield from found
    if not found:
        try:
            settings(getattr(import_module(type_.module), type_.name), value)
        except ParamsError as error:
            yield f"{where}.{error}"


def _container(type_: Type, value: Any, where: str) -> Iterator[str]:
    mapping = isinstance(type_, DictOf)
    if not isinstance(value, dict if mapping else list):
        yield f"{where}: must be {'a mapping' if mapping else 'a list'}, not {_shown(value)}"
        return
    fault = _misshapen(type_, value)
    if fault:
        yield f"{where}: {fault}"
        return
    keys = list(value) if isinstance(value, dict) else [_label(type_, item, i) for i, item in enumerate(value)]
    for key, (inner, item) in zip(keys, children(type_, value), strict=True):
        yield from problems(inner, item, f"{where}.{key}" if isinstance(value, dict) else f"{where}{key}")


def _label(type_: Type, item: Any, position: int) -> str:
    named = isinstance(type_, ListOf) and isinstance(type_.item, Named)
    return f"[{position}].{next(iter(item))}" if named else f"[{position}]"


def _misshapen(type_: Type, value: Any) -> str:
    """Return what keeps ``value`` from being taken apart into items, or nothing."""
    if isinstance(type_, TupleOf) and not type_.repeated and len(value) != len(type_.items):
        return f"must have {len(type_.items)} items, not {len(value)}"
    if isinstance(type_, ListOf) and isinstance(type_.item, Named):
        bad = [item for item in value if not _is_single(item)]
        return f"each item must read `name: {{options}}`, not {_shown(bad[0])}" if bad else ""
    if isinstance(type_, DictOf) and isinstance(type_.value, Named):
        bad = [key for key, item in value.items() if not _is_options(type_.value, item)]
        return f"{bad[0]} must be followed by its options, {{}} if none, not {_shown(value[bad[0]])}" if bad else ""
    return ""


def _is_single(item: Any) -> bool:
    return isinstance(item, Mapping) and len(item) == 1 and isinstance(next(iter(item.values())), dict)


def _is_options(type_: Named, item: Any) -> bool:
    return isinstance(item, dict) or (type_.weighted and fits(float, item))
