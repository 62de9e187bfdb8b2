"""Reading params.yaml with the parser that DVC uses, and what is asked of any YAML before its meaning is."""

from collections.abc import Iterator
from datetime import date
from math import log10
from pathlib import Path
from typing import Any, TypeGuard

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, ScalarEvent

from pipeline.errors import ParamsError
from pipeline.params.words import Fault, inside, short, shown

DEEPEST = 50
"""Levels of nesting; the parser itself would crash at some tens of thousands."""
MOST = 100_000
"""Values of the whole file, those of an anchor counted wherever it is used."""
OPEN = 0
"""The size of what is not yet seen to its end."""
DIGITS = 18
"""Digits of a whole number: what 64 bits hold."""


def read(path: Path) -> Any:
    """Return what ``path`` holds, an empty mapping when nothing; raise ParamsError with file and line if not YAML."""
    text = _text(path)
    try:
        odd = next(_odd(text), "")
        content = None if odd else YAML(typ="safe").load(text)
    except DuplicateKeyError as error:
        key = str(error.problem).partition(" with value")[0]
        raise ParamsError(f"{_where(path, error)}: {key}; keep one") from None
    except MarkedYAMLError as error:
        raise ParamsError(f"{_where(path, error)}: is not YAML: {_said(error)}") from None
    except YAMLError as error:
        raise ParamsError(f"{path.name}: is not YAML: {' '.join(str(error).split())}") from None
    except ValueError as error:
        odd = next(_misread(text), f" is not YAML: {error}")
    if odd:
        raise ParamsError(f"{path.name}:{odd}")
    return {} if content is None else content


def plain(content: Any) -> Iterator[Fault]:
    """Yield what no entry of params.yaml may be: a key that is no text, a date, a number beyond all use, a cycle."""
    sizes: dict[int, int] = {}
    yield from _plain(content, "", sizes)
    if sizes.get(id(content), 0) > MOST:
        yield Fault("", f"holds more than {MOST} values, those of an anchor counted wherever it is used")


def _plain(node: Any, place: str, sizes: dict[int, int]) -> Iterator[Fault]:
    """Look at ``node`` once, however many anchors lead to it; note in ``sizes`` how many values it unfolds to."""
    if isinstance(node, date):
        yield Fault(place, f"is read as a date; write it in quotes: '{node}'")
    if _is_long(node):
        yield Fault(place, f"must have at most {DIGITS} digits, not {_digits(node)}")
    if not isinstance(node, dict | list):
        return
    if id(node) not in sizes:
        sizes[id(node)] = OPEN
        yield from (Fault(place, f"the key {_key(key)} must be text; write it in quotes") for key in _no_texts(node))
        for where, item in _items(node, place):
            yield from _plain(item, where, sizes)
        sizes[id(node)] = 1 + sum(sizes.get(id(item), 1) for _, item in _items(node, place))
    elif sizes[id(node)] == OPEN:
        yield Fault(place, "its anchor stands inside itself")


def _items(node: dict[Any, Any] | list[Any], place: str) -> list[tuple[str, Any]]:
    if isinstance(node, list):
        return [(f"{place}[{position}]", item) for position, item in enumerate(node)]
    return [(inside(place, key), item) for key, item in node.items() if isinstance(key, str)]


def _no_texts(node: dict[Any, Any] | list[Any]) -> list[Any]:
    return [key for key in node if not isinstance(key, str)] if isinstance(node, dict) else []


def _key(key: object) -> str:
    if isinstance(key, tuple):
        return "that is a list"
    return f"of {_digits(key)} digits" if _is_long(key) else shown(key)


def _is_long(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and abs(value) >= 10**DIGITS


def _digits(number: int) -> int:
    """Return how many digits ``number`` has; Python refuses to write the longest."""
    return int(log10(abs(number))) + 1


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParamsError(f"{path.name}: not found in {path.parent.resolve()}; run from the checkout") from None
    except OSError as error:
        raise ParamsError(f"{path.name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path.name}: is not UTF-8 text (byte {error.start})") from None


def _odd(text: str) -> Iterator[str]:
    """Yield, with its line, what the parser takes without a word or dies of: tags, and nesting without end."""
    depth = 0
    for event in YAML(typ="safe").parse(text):
        line = event.start_mark.line + 1
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            yield f"{line}: is nested more than {DEEPEST} levels deep"
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            yield f"{line}: has the tag `{tag}`; write the value without it"


def _misread(text: str) -> Iterator[str]:
    """Yield, with its line, every value that looks like a number or a date and cannot be read as one."""
    for event in YAML(typ="safe").parse(text):
        if isinstance(event, ScalarEvent) and event.implicit[0]:
            try:
                YAML(typ="safe").load(event.value)
            except ValueError:
                said = f"`{short(event.value)}` cannot be read as the number or date that it looks like"
                yield f"{event.start_mark.line + 1}: {said}; write a text in quotes"
            except YAMLError:
                continue  # a text that means something else when it stands alone


def _where(path: Path, error: MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"{path.name}:{mark.line + 1}" if mark else path.name


def _said(error: MarkedYAMLError) -> str:
    """Return what the parser said, with the line where that began which it was reading."""
    begun = f" from line {error.context_mark.line + 1}" if error.context_mark else ""
    return f"{error.context}{begun}, {error.problem}" if error.context else str(error.problem)
