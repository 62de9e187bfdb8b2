"""Signatures read from source text with ``ast``, without importing it: the schema of every part and setting.

The vocabulary of annotations is closed: int, float, str, bool, None, Literal, tuple, list, dict[str, ...], a union of
these, ``Any`` for what a library judges itself, the bounds of ``pipeline.bounds`` (``Positive``, ``OneOrMore``,
``Filled[list[str]]`` ...) and its names of the user's own files (``KernelFile``), the kinds of ``pipeline.kinds``
(``Network``, ``Described[Network]``, ``Weighted[Loss]``, ``Bare[Layout]`` ...), a dataclass of settings, and what
whoever builds the part supplies and params.yaml cannot say: ``Path`` and ``Supplied[...]``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

from pipeline.bounds import BOUNDED, OWN_FILES, Bound, OwnFile
from pipeline.kinds import ROOMS

HOME = Path(__file__).parent
OWN = HOME.parent / "own"
"""The folder of the user's own files, which lies beside the code."""
SCALARS = {"int": int, "float": float, "str": str, "bool": bool, "None": type(None)}


@dataclass(frozen=True)
class Scalar:
    """One of int, float, str, bool, None; a number may have a bound."""

    type: type
    bound: Bound | None = None


@dataclass(frozen=True)
class Choice:
    """One of a few literal values."""

    values: tuple[object, ...]


@dataclass(frozen=True)
class Either:
    """Any of several types."""

    options: tuple[Type, ...]


@dataclass(frozen=True)
class ListOf:
    """A list; parts in a list are written ``{name: {options}}``; ``filled``: not empty."""

    item: Type
    filled: bool = False


@dataclass(frozen=True)
class TupleOf:
    """A list of a fixed length, or of any length when ``repeated``; ``filled``: not empty; ``rising``: in order."""

    items: tuple[Type, ...]
    repeated: bool
    filled: bool = False
    rising: bool = False


@dataclass(frozen=True)
class DictOf:
    """A mapping from names to values of one type; ``filled``: not empty."""

    value: Type
    filled: bool = False


@dataclass(frozen=True)
class Named:
    """A part of a room, written ``{name: ..., options}``, a ``bare`` one as its name alone.

    ``described``: kept as params.yaml says it.
    """

    room: str
    weighted: bool = False
    described: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Settings:
    """A dataclass whose fields are the keys of a block of params.yaml."""

    module: str
    name: str


@dataclass(frozen=True)
class Anything:
    """Whatever YAML can say: what a library that is called with it will judge."""


@dataclass(frozen=True)
class Supplied:
    """What whoever builds the part supplies."""


Type: TypeAlias = (
    Scalar | Choice | Either | ListOf | TupleOf | DictOf | Named | Settings | OwnFile | Anything | Supplied
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a constructor, or one field of a settings dataclass."""

    name: str
    type: Type
    required: bool


def file_of(module: str) -> Path:
    """Return the source file of ``pipeline.room.name``."""
    base = HOME.parent.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed text of ``path``."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def exported(path: Path) -> str:
    """Return the one class that ``path`` names in ``__all__``."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = ast.literal_eval(node.value)
            assert len(names) == 1, f"{path.name}: __all__ must name one class, not {names}"
            return str(names[0])
    raise AssertionError(f"{path.name}: a part names its class in __all__")


def constructor(module: str, name: str) -> tuple[Parameter, ...]:
    """Return the parameters of class ``name`` of ``module``: of its ``__init__``, else the fields of a dataclass."""
    path = file_of(module)
    owner = _class(path, name)
    init = _method(owner, "__init__")
    if init is not None:
        return tuple(_parameters(path, init))
    if not _is_settings(owner):
        return ()
    annotated = [node for node in owner.body if isinstance(node, ast.AnnAssign)]
    return tuple(
        Parameter(ast.unparse(node.target), _type(path, node.annotation), node.value is None)
        for node in annotated
        if "ClassVar" not in ast.unparse(node.annotation)
    )


def reads(module: str, name: str) -> tuple[str, ...]:
    """Return the fields that a part reads: the parameters of its ``forward``, else of its ``__call__``."""
    owner = _class(file_of(module), name)
    function = _method(owner, "forward") or _method(owner, "__call__")
    return tuple(each.arg for each in function.args.args[1:]) if function else ()


def states(module: str, name: str, fact: str) -> bool:
    """Tell whether class ``name`` of ``module`` has the line ``fact = True``."""
    return f"{fact} = True" in map(ast.unparse, _class(file_of(module), name).body)


def _class(path: Path, name: str) -> ast.ClassDef:
    found = _classes(path).get(name)
    assert found is not None, f"{path.name}: no class {name}"
    return found


def _classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree(path).body if isinstance(node, ast.ClassDef)}


def _is_settings(owner: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(each) for each in owner.decorator_list)


def _method(owner: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    found = [node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[0] if found else None


def _parameters(path: Path, function: ast.FunctionDef) -> list[Parameter]:
    arguments = function.args
    assert not (arguments.vararg or arguments.kwarg), f"{path.name}: a constructor takes no *args, no **kwargs"
    assert not arguments.posonlyargs, f"{path.name}: a constructor is called by names, none is positional-only"
    positional = arguments.args[1:]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return [Parameter(each.arg, _type(path, each.annotation), default is None) for each, default in pairs]


def _type(path: Path, node: ast.expr | None) -> Type:
    """Translate an annotation into the closed vocabulary."""
    assert node is not None, f"{path.name}: a constructor's parameter lacks its annotation"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _type(path, ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Either((*_options(_type(path, node.left)), *_options(_type(path, node.right))))
    if isinstance(node, ast.Subscript):
        return _generic(path, ast.unparse(node.value), _items(node.slice))
    return _plain(path, ast.unparse(node))


def _options(kind: Type) -> tuple[Type, ...]:
    return kind.options if isinstance(kind, Either) else (kind,)


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _generic(path: Path, name: str, items: list[ast.expr]) -> Type:
    if name == "Literal":
        return Choice(tuple(ast.literal_eval(item) for item in items))
    if name == "Supplied":
        return Supplied()
    repeated = ast.unparse(items[-1]) == "..."
    types = tuple(_type(path, item) for item in (items[:-1] if repeated else items))
    if name == "tuple":
        return TupleOf(types, repeated)
    if name == "list":
        return ListOf(types[0])
    if name == "dict":
        assert types[0] == Scalar(str), f"{path.name}: the keys of a mapping are text"
        return DictOf(types[1])
    return _marked(path, name, types[0])


def _marked(path: Path, name: str, inner: Type) -> Type:
    """Return ``inner`` as ``Filled``, ``Rising``, ``Weighted``, ``Described`` or ``Bare`` say it."""
    if name == "Filled" and isinstance(inner, ListOf | TupleOf | DictOf):
        return replace(inner, filled=True)
    if name == "Rising" and isinstance(inner, TupleOf):
        return replace(inner, rising=True)
    known = name in ("Weighted", "Described", "Bare")
    assert isinstance(inner, Named) and known, f"{path.name}: annotation {name}[...]"
    return Named(inner.room, weighted=name == "Weighted", described=name == "Described", bare=name == "Bare")


def _plain(path: Path, name: str) -> Type:
    module, real = _origin(path, name)
    if name in SCALARS:
        return Scalar(SCALARS[name])
    if module == "pipeline.kinds" and real in ROOMS:
        return Named(ROOMS[real])
    if module == "pipeline.bounds" and real in BOUNDED:
        return Scalar(*BOUNDED[real])
    if module == "pipeline.bounds" and real in OWN_FILES:
        return OWN_FILES[real]
    if (module, real) == ("typing", "Any"):
        return Anything()
    if (module, real) == ("pathlib", "Path"):
        return Supplied()
    home = file_of(module)
    owner = _classes(home).get(real) if home.is_file() else None
    assert owner is not None and _is_settings(owner), f"{path.name}: annotation {name} is outside the vocabulary"
    return Settings(module, real)


def _origin(path: Path, name: str) -> tuple[str, str]:
    """Return the module that ``name`` comes from in the file ``path``, and its name there."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if name == (each.asname or each.name):
                    return str(node.module), each.name
    return _module(path), name


def _module(path: Path) -> str:
    return ".".join(path.relative_to(HOME.parent).with_suffix("").parts)
