"""Checking a value of params.yaml against the type of the parameter it is written for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from typing import Any

from pipeline.bounds import OwnFile
from pipeline.errors import PipelineError
from pipeline.lookup import beside, children, chosen, fits, names, settings, signature
from pipeline.params.clashes import clashes
from pipeline.params.words import Fault, empty, inside, keys, missing, noun, shown, shown_keys, unknown
from pipeline.signatures import (
    OWN,
    Choice,
    DictOf,
    Either,
    ListOf,
    Named,
    Parameter,
    Scalar,
    Settings,
    TupleOf,
    Type,
    constructor,
)


def problems(type_: Type, value: Any, place: str) -> Iterator[Fault]:
    """Yield a fault for everything in ``value``, which stands at ``place``, that does not fit ``type_``."""
    if isinstance(type_, Scalar):
        yield from _scalar(type_, value, place)
    elif isinstance(type_, Choice):
        yield from _choice(type_, value, place)
    elif isinstance(type_, Either):
        yield from _either(type_, value, place)
    elif isinstance(type_, OwnFile):
        yield from _own_file(type_, value, place)
    elif isinstance(type_, Named):
        yield from _part(type_, value, place)
    elif isinstance(type_, Settings):
        yield from _settings(type_, value, place)
    elif isinstance(type_, ListOf | TupleOf | DictOf):
        yield from _container(type_, value, place)


def block(wanted: tuple[Parameter, ...], value: Any, place: str) -> Iterator[Fault]:
    """Yield the faults of a mapping whose keys are the parameters ``wanted``."""
    sayable = keys(wanted)
    if not isinstance(value, dict):
        yield Fault(place, f"must be a mapping with the keys {', '.join(sayable)}, not {shown(value)}")
        return
    for key in value:
        if key not in sayable:
            yield Fault(inside(place, key), unknown(key, sayable, "there are no options here"))
    for name, each in sayable.items():
        if name in value:
            yield from problems(each.type, value[name], inside(place, name))
        elif each.required:
            yield Fault(inside(place, name), missing(each.type))


def _scalar(type_: Scalar, value: Any, place: str) -> Iterator[Fault]:
    if not fits(type_.type, value):
        yield Fault(place, f"must be {noun(type_)}, not {shown(value)}")
    elif type_.bound and not type_.bound.holds(value):
        yield Fault(place, f"must be {type_.bound.says}, not {shown(value)}")


def _choice(type_: Choice, value: Any, place: str) -> Iterator[Fault]:
    same = [each for each in type_.values if type(each) is type(value) and each == value]
    if not same and isinstance(value, str) and all(isinstance(each, str) for each in type_.values):
        yield Fault(place, unknown(value, type_.values))
    elif not same:
        yield Fault(place, f"must be {noun(type_)}, not {shown(value)}")


def _own_file(type_: OwnFile, value: Any, place: str) -> Iterator[Fault]:
    folder = OWN / type_.folder
    files = sorted(path for path in folder.rglob("*") if path.suffix in type_.endings and path.is_file())
    there = [path.relative_to(folder).as_posix() for path in files]
    none = f"there is no file that ends in {' or '.join(type_.endings)}"
    if value not in there:
        yield Fault(place, f"in own/{type_.folder}, {unknown(value, there, none)}")


def _either(type_: Either, value: Any, place: str) -> Iterator[Fault]:
    if all(any(problems(option, value, place)) for option in type_.options):
        option = chosen(type_, value)
        shape = list if isinstance(option, ListOf | TupleOf) else dict
        nested = not isinstance(option, Scalar | Choice) and isinstance(value, shape)
        if nested or (isinstance(option, Scalar) and fits(option.type, value)):
            yield from problems(option, value, place)
        else:
            yield Fault(place, f"must be {noun(type_)}, not {shown(value)}")


def _part(type_: Named, value: Any, place: str) -> Iterator[Fault]:
    known = names(type_.room)
    if type_.bare:
        yield from () if value in known else (Fault(place, unknown(value, known)),)
    elif not isinstance(value, dict):
        yield Fault(place, f"must be a mapping with a `name`, not {shown(value)}; choices: {', '.join(known)}")
    elif "name" not in value:
        yield Fault(inside(place, "name"), f"missing; name it; choices: {', '.join(known)}")
    elif value["name"] not in known:
        yield Fault(inside(place, "name"), unknown(value["name"], known))
    else:
        options = {key: item for key, item in value.items() if key != "name"}
        yield from _options(type_, value["name"], options, place)


def _options(type_: Named, name: str, options: Any, place: str) -> Iterator[Fault]:
    faults = list(block(signature(type_.room, name) + beside(type_, name), options, place))
    yield from faults
    if not faults:
        yield from (Fault(inside(place, key), text) for key, text in clashes(type_.room, name, options))


def _settings(type_: Settings, value: Any, place: str) -> Iterator[Fault]:
    found = list(block(constructor(type_.module, type_.name), value, place))
    yield from found
    if not found:
        try:
            settings(getattr(import_module(type_.module), type_.name), value)
        except PipelineError as error:
            key, _, text = str(error).partition(": ")
            yield Fault(inside(place, key), text)


def _container(type_: ListOf | TupleOf | DictOf, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict if isinstance(type_, DictOf) else list):
        yield Fault(place, f"must be {'a mapping' if isinstance(type_, DictOf) else 'a list'}, not {shown(value)}")
        return
    if type_.filled and not value:
        yield Fault(place, empty(type_))
    faults = list(_misshapen(type_, value, place))
    if not faults:
        items = zip(_places(type_, value, place), _written(type_, value), children(type_, value), strict=True)
        for where, written, (inner, item) in items:
            faults += [_at_the_key(fault, where, written) for fault in problems(inner, item, where)]
    yield from faults
    if not faults and isinstance(type_, TupleOf) and type_.rising and any(low > high for low, high in pairwise(value)):
        yield Fault(place, f"must begin with the lowest, not [{', '.join(map(shown, value))}]")


def _places(type_: ListOf | TupleOf | DictOf, value: Any, place: str) -> list[str]:
    """Return the place of each item; that of a part in a list has the part's name."""
    if isinstance(type_, DictOf):
        return [inside(place, key) for key in value]
    named = isinstance(type_, ListOf) and isinstance(type_.item, Named)
    return [f"{place}[{i}].{next(iter(item))}" if named else f"{place}[{i}]" for i, item in enumerate(value)]


def _written(type_: ListOf | TupleOf | DictOf, value: Any) -> list[Any]:
    """Return what is written at the place of each item."""
    if isinstance(type_, DictOf):
        return list(value.values())
    named = isinstance(type_, ListOf) and isinstance(type_.item, Named)
    return [next(iter(item.values())) if named else item for item in value]


def _at_the_key(fault: Fault, place: str, written: Any) -> Fault:
    """Move a fault of a part's name to the key that names the part where no ``name`` is written."""
    said = isinstance(written, dict) and "name" in written
    return fault if said or fault.place != inside(place, "name") else Fault(place, fault.text)


def _misshapen(type_: Type, value: Any, place: str) -> Iterator[Fault]:
    """Yield what keeps ``value`` from being taken apart into items."""
    if isinstance(type_, TupleOf) and not type_.repeated and len(value) != len(type_.items):
        items = "item" if len(type_.items) == 1 else "items"
        yield Fault(place, f"must have {len(type_.items)} {items}, not {len(value)}")
    if isinstance(type_, ListOf) and isinstance(type_.item, Named):
        known = names(type_.item.room)
        for position, item in enumerate(value):
            if not _is_single(item):
                text = f"must be one part with its options, as in `{known[0]}: {{}}`, not {shown_keys(item)}"
                yield Fault(f"{place}[{position}]", f"{text}; choices: {', '.join(known)}")
    if isinstance(type_, DictOf) and isinstance(type_.value, Named):
        for key, item in value.items():
            if not _is_options(type_.value, item):
                wanted = "its weight, or its options" if type_.value.weighted else "its options, `{}` if none"
                yield Fault(inside(place, key), f"must be followed by {wanted}, not {shown(item)}")


def _is_single(item: Any) -> bool:
    return isinstance(item, Mapping) and len(item) == 1 and isinstance(next(iter(item.values())), dict)


def _is_options(type_: Named, item: Any) -> bool:
    return isinstance(item, dict) or (type_.weighted and fits(float, item))
