"""Checking a value of params.yaml against the type of the parameter it is written for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
        yield from ([] if fits(type_.type, value) else [f"{where}: must be {_noun(type_)}, not {_shown(value)}"])
    elif isinstance(type_, Choice):
        yield from _choice(type_, value, where)
    elif isinstance(type_, Either):
        yield from _either(type_, value, where)
    elif isinstance(type_, Named):
        yield from _part(type_, value, where)
    elif isinstance(type_, Settings):
        yield from _settings(type_, value, where)
    else:
        yield from _container(type_, value, where)


def unknown(name: object, choices: Iterable[object]) -> str:
    """Return the end of a line about an unknown name: the nearest one, and all of them."""
    known = sorted(map(str, choices))
    near = get_close_matches(str(name), known, n=1)
    lead = f"did you mean `{near[0]}`? Choices" if near else "choices"
    return f"`{name}` is unknown; {lead}: {', '.join(known) or 'none'}"


def block(wanted: tuple[Parameter, ...], value: Any, where: str) -> Iterator[str]:
    """Yield the problems of a mapping whose keys are the parameters ``wanted``."""
    if not isinstance(value, dict):
        yield f"{where}: must be a mapping with the keys {', '.join(_keys(wanted))}, not {_shown(value)}"
        return
    sayable = _keys(wanted)
    for key in value:
        if key not in sayable:
            yield f"{_inside(where, key)}: {unknown(key, sayable)}"
    for name, each in sayable.items():
        if name in value:
            yield from problems(each.type, value[name], _inside(where, name))
        elif each.required:
            yield f"{_inside(where, name)}: missing; {_wanted(each.type)}"


def _choice(type_: Choice, value: Any, where: str) -> Iterator[str]:
    same = [each for each in type_.values if type(each) is type(value) and each == value]
    if not same and isinstance(value, str):
        yield f"{where}: {unknown(value, type_.values)}"
    elif not same:
        yield f"{where}: must be {_noun(type_)}, not {_shown(value)}"


def _keys(wanted: tuple[Parameter, ...]) -> dict[str, Parameter]:
    return {each.name: each for each in wanted if not isinstance(each.type, Supplied)}


def _inside(where: str, key: object) -> str:
    return f"{where}: {key}" if where.endswith(".yaml") else f"{where}.{key}"


def _shown(value: Any) -> str:
    """Say what stands there in the words of YAML, not of Python."""
    if isinstance(value, str):
        return f"the text {value!r}"
    words = {dict: "a mapping", list: "a list", type(None): "null", bool: str(value).lower()}
    return words.get(type(value), str(value))


def _shown_keys(value: Any) -> str:
    keys = list(value) if isinstance(value, dict) else []
    if len(keys) == 1:
        return f"`{keys[0]}` with {_shown(value[keys[0]])}"
    return f"a mapping of {', '.join(map(str, keys))}" if keys else _shown(value)


def _noun(type_: Type) -> str:
    if isinstance(type_, Scalar):
        return NOUNS[type_.type]
    if isinstance(type_, Choice):
        return " or ".join(f"`{each}`" for each in type_.values)
    if isinstance(type_, Either):
        return " or ".join(map(_noun, type_.options))
    if isinstance(type_, TupleOf) and not type_.repeated:
        return f"a list of {len(type_.items)}"
    return "a list" if isinstance(type_, ListOf | TupleOf) else "a mapping"


def _wanted(type_: Type) -> str:
    if isinstance(type_, Choice):
        return f"choices: {', '.join(map(str, type_.values))}"
    if isinstance(type_, Named):
        return f"it must be a mapping with the `name` of one of the {type_.room}: {', '.join(names(type_.room))}"
    if isinstance(type_, Settings):
        return f"it must be a mapping with the keys {', '.join(_keys(constructor(type_.module, type_.name)))}"
    return f"it must be {_noun(type_)}{', `{}` if empty' if isinstance(type_, DictOf) else ''}"


def _either(type_: Either, value: Any, where: str) -> Iterator[str]:
    if all(any(problems(option, value, where)) for option in type_.options):
        option = chosen(type_, value)
        shape = list if isinstance(option, ListOf | TupleOf) else dict
        nested = not isinstance(option, Scalar | Choice) and isinstance(value, shape)
        yield from (
            problems(option, value, where) if nested else [f"{where}: must be {_noun(type_)}, not {_shown(value)}"]
        )


def _part(type_: Named, value: Any, where: str) -> Iterator[str]:
    room = type_.room
    if not isinstance(value, dict):
        yield f"{where}: must be a mapping with a `name`, not {_shown(value)}; choices: {', '.join(names(room))}"
    elif "name" not in value:
        yield f"{where}.name: missing; choices: {', '.join(names(room))}"
    elif value["name"] not in names(room):
        yield f"{where}.name: {unknown(value['name'], names(room))}"
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
    faults = list(_misshapen(type_, value, where))
    if faults:
        yield from faults
        return
    keys = list(value) if isinstance(value, dict) else [_label(type_, item, i) for i, item in enumerate(value)]
    for key, (inner, item) in zip(keys, children(type_, value), strict=True):
        yield from problems(inner, item, f"{where}.{key}" if isinstance(value, dict) else f"{where}{key}")


def _label(type_: Type, item: Any, position: int) -> str:
    named = isinstance(type_, ListOf) and isinstance(type_.item, Named)
    return f"[{position}].{next(iter(item))}" if named else f"[{position}]"


def _misshapen(type_: Type, value: Any, where: str) -> Iterator[str]:
    """Yield what keeps ``value`` from being taken apart into items."""
    if isinstance(type_, TupleOf) and not type_.repeated and len(value) != len(type_.items):
        yield f"{where}: must have {len(type_.items)} items, not {len(value)}"
    if isinstance(type_, ListOf) and isinstance(type_.item, Named):
        known = names(type_.item.room)
        for position, item in enumerate(value):
            if not _is_single(item):
                line = f"must be one part with its options, as in `{known[0]}: {{}}`, not {_shown_keys(item)}"
                yield f"{where}[{position}]: {line}; choices: {', '.join(known)}"
    if isinstance(type_, DictOf):
        for key, item in value.items():
            if not isinstance(key, str):
                yield f"{where}.{key}: the key must be text; write it in quotes"
            elif isinstance(type_.value, Named) and not _is_options(type_.value, item):
                wanted = "its weight, or its options" if type_.value.weighted else "its options, `{}` if none"
                yield f"{where}.{key}: must be followed by {wanted}, not {_shown(item)}"


def _is_single(item: Any) -> bool:
    return isinstance(item, Mapping) and len(item) == 1 and isinstance(next(iter(item.values())), dict)


def _is_options(type_: Named, item: Any) -> bool:
    return isinstance(item, dict) or (type_.weighted and fits(float, item))
