"""From a part's name to the part: the file name is the registration, the signature the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from sys import float_info
from typing import Any, TypeVar

from pipeline.bounds import BOUNDED, OwnFile
from pipeline.errors import ParamsError
from pipeline.kinds import Described, Weighted
from pipeline.signatures import (
    HOME,
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
    exported,
    reads,
    states,
)

S = TypeVar("S")

WEIGHTED = (
    Parameter("weight", Scalar(*BOUNDED["NotNegative"]), required=True),
    Parameter("fields", DictOf(Scalar(str)), required=False),
    Parameter("course", Named("schedules"), required=False),
)
"""What is said of a weighted part that reads fields, a loss, beside its own options."""
CHANCE = (Parameter("weight", Scalar(*BOUNDED["Positive"]), required=True),)
"""What is said of one that reads none: how likely it is among others."""


def names(room: str) -> list[str]:
    """Return the parts of ``room``, sorted."""
    files = sorted((HOME / room).glob("*.py"))
    return [path.stem for path in files if path.stem != "__init__"]


def signature(room: str, name: str) -> tuple[Parameter, ...]:
    """Return the parameters of the part ``name`` of ``room``, without importing it."""
    return constructor(f"pipeline.{room}.{name}", exported(HOME / room / f"{name}.py"))


def is_supplied(room: str, name: str, wanted: str) -> bool:
    """Tell whether whoever builds the part ``name`` of ``room`` must supply its parameter ``wanted``."""
    return any(each.name == wanted and isinstance(each.type, Supplied) for each in signature(room, name))


def fields_read(room: str, name: str) -> tuple[str, ...]:
    """Return the fields that the part ``name`` of ``room`` reads, without importing it."""
    return reads(f"pipeline.{room}.{name}", exported(HOME / room / f"{name}.py"))


def beside(type_: Named, name: str) -> tuple[Parameter, ...]:
    """Return what may be said of the part ``name``, written for ``type_``, beside its own options."""
    if not type_.weighted:
        return ()
    return WEIGHTED if fields_read(type_.room, name) else CHANCE


def part_states(room: str, name: str, fact: str) -> bool:
    """Tell whether the part ``name`` of ``room`` has the line ``fact = True``, without importing it."""
    return states(f"pipeline.{room}.{name}", exported(HOME / room / f"{name}.py"), fact)


def build(room: str, spec: Mapping[str, Any], **supplied: Any) -> Any:
    """Build the part that ``spec`` (``{name: ..., options}``) describes; nested parts are built with it.

    Args:
        supplied: what params.yaml cannot say (paths, a network already built), by parameter name.
    """
    name = spec["name"]
    if name not in names(room):
        raise ParamsError(f"there is no {name} among {room}; choices: {', '.join(names(room))}")
    module = import_module(f"pipeline.{room}.{name}")
    wanted = signature(room, name)
    options = {each.name: _value(each.type, spec[each.name], supplied) for each in wanted if each.name in spec}
    given = {each.name: supplied[each.name] for each in wanted if isinstance(each.type, Supplied)}
    return getattr(module, module.__all__[0])(**{**options, **given})


def settings(cls: type[S], block: Mapping[str, Any]) -> S:
    """Build the settings dataclass ``cls`` from its block of params.yaml; described parts stay as they are said."""
    values = {
        each.name: _value(each.type, block[each.name], {})
        for each in constructor(cls.__module__, cls.__name__)
        if each.name in block
    }
    return cls(**values)


def single(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ``{blur: {sigma: 1}}`` into ``{name: blur, sigma: 1}``."""
    ((name, options),) = spec.items()
    return {"name": name, **options}


def named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ``{name: blur, sigma: 1}`` into ``{blur: {sigma: 1}}``, as a list of parts has it."""
    return {spec["name"]: {key: value for key, value in spec.items() if key != "name"}}


def parts_named(type_: Type, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (room, name) of every part that ``value``, written for ``type_``, names, at any depth."""
    yield from ((each.room, item["name"]) for each, item in _found(type_, value) if isinstance(each, Named))


def own_files(type_: Type, value: Any) -> Iterator[str]:
    """Yield the path below ``own/`` of every file of the user's that ``value``, written for ``type_``, names."""
    yield from (f"{each.folder}/{item}" for each, item in _found(type_, value) if isinstance(each, OwnFile))


def children(type_: Type, value: Any) -> list[tuple[Type, Any]]:
    """Return the items of a list, tuple or mapping with their types; parts in the form ``{name: ...}``."""
    if isinstance(type_, ListOf):
        named = isinstance(type_.item, Named)
        return [(type_.item, single(item) if named else item) for item in value]
    if isinstance(type_, TupleOf):
        types = type_.items * len(value) if type_.repeated else type_.items
        return list(zip(types, value, strict=True))
    if isinstance(type_, DictOf):
        return [(type_.value, entry(type_.value, key, item)) for key, item in value.items()]
    return []


def entry(type_: Type, key: str, item: Any) -> Any:
    """Return a mapping's item; of a mapping of parts in the form ``{name: ...}``, a bare number being its weight."""
    if not isinstance(type_, Named):
        return item
    if type_.weighted and isinstance(item, int | float):
        return {"name": key, "weight": item}
    return {"name": key, **item}


def chosen(type_: Either, value: Any) -> Type:
    """Return the first option of a union whose shape ``value`` has, or else the first option."""
    return next((option for option in type_.options if _shaped(option, value)), type_.options[0])


def fits(type_: type, value: Any) -> bool:
    """Tell whether ``value`` is of a scalar type: int and bool strictly, a whole number also as a float."""
    if isinstance(value, bool):
        return type_ is bool
    if type_ is float:
        return isinstance(value, int | float) and abs(value) <= float_info.max
    return isinstance(value, type_)


def _shaped(type_: Type, value: Any) -> bool:
    if isinstance(type_, Scalar):
        return fits(type_.type, value)
    if isinstance(type_, OwnFile) or (isinstance(type_, Named) and type_.bare):
        return isinstance(value, str)
    if isinstance(type_, Choice):
        return not isinstance(value, list | dict) and value in type_.values
    return isinstance(value, list if isinstance(type_, ListOf | TupleOf) else dict)


def _found(type_: Type, value: Any) -> Iterator[tuple[Type, Any]]:
    """Yield all that ``value`` holds, itself first, each with the type that it is written for."""
    if isinstance(type_, Either):
        yield from _found(chosen(type_, value), value)
        return
    if isinstance(type_, Named) and type_.bare:
        value = {"name": value}
    yield type_, value
    inner = children(type_, value)
    if isinstance(type_, Named):
        inner = _said(signature(type_.room, value["name"]) + beside(type_, value["name"]), value)
    if isinstance(type_, Settings):
        inner = _said(constructor(type_.module, type_.name), value)
    for each, item in inner:
        yield from _found(each, item)


def _said(wanted: tuple[Parameter, ...], block: Mapping[str, Any]) -> list[tuple[Type, Any]]:
    """Return what ``block`` says of the parameters ``wanted``, with their types."""
    return [(each.type, block[each.name]) for each in wanted if each.name in block]


def _value(type_: Type, value: Any, supplied: Mapping[str, Any]) -> Any:
    """Turn a checked value of params.yaml into what a constructor takes."""
    if isinstance(type_, Named):
        return _part(type_, value, supplied)
    if isinstance(type_, Settings):
        return settings(getattr(import_module(type_.module), type_.name), value)
    if isinstance(type_, Either):
        return _value(chosen(type_, value), value, supplied)
    if isinstance(type_, ListOf):
        return [_value(inner, item, supplied) for inner, item in children(type_, value)]
    if isinstance(type_, TupleOf):
        return tuple(_value(inner, item, supplied) for inner, item in children(type_, value))
    if isinstance(type_, DictOf):
        items = children(type_, value)
        return {key: _value(inner, item, supplied) for key, (inner, item) in zip(value, items, strict=True)}
    assert not isinstance(type_, Supplied), "a path is supplied by the stage"
    return float(value) if getattr(type_, "type", None) is float else value


def _part(type_: Named, value: Any, supplied: Mapping[str, Any]) -> Any:
    if type_.described:
        return Described(value)
    if type_.bare:
        return build(type_.room, {"name": value})
    if not type_.weighted:
        return build(type_.room, value, **supplied)
    said = {each.name: _value(each.type, value[each.name], {}) for each in WEIGHTED if each.name in value}
    options = {key: item for key, item in value.items() if key not in said}
    return Weighted(build(type_.room, options, **supplied), **said)
