"""What a stage depends on beside data: code, through imports and the parts that its params name, and settings."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from pipeline.kinds import SCRATCH
from pipeline.lookup import own_files, parts_named
from pipeline.signatures import OWN, Named, Settings, Type, file_of, tree

Params: TypeAlias = Mapping[str, Any]

ONCE = ("scratch", "register", "report")
"""The stages with a digest that there is one of."""

SECTIONS = {
    "fetch": "sources",
    "pack": "sources",
    "degrade": "pairs",
    "train": "models",
    "evaluate": "models",
    "measure": "models",
}
"""The stages with a digest that there is one of for each entry of a section of params.yaml."""


SETTINGS = "params.yaml:"
"""What stands before the keys of params.yaml in a digest."""


def targets(params: Params) -> Iterator[tuple[str, str]]:
    """Yield (verb, name) of every stage that has a digest; the name is empty where there is one of the verb."""
    for verb in ONCE:
        yield verb, ""
    for verb, section in SECTIONS.items():
        for name in params[section]:
            yield verb, name


def digest_file(verb: str, name: str) -> str:
    """Return the file name of a stage's digest."""
    return f"{verb}-{name}" if name else verb


def digest_lines(verb: str, name: str, params: Params) -> list[str]:
    """Return ``<module, data file, own file or settings> <sha256>`` for all that the stage reaches, sorted."""
    blocks = list(_blocks(verb, name, params))
    named = [pair for block in blocks for pair in parts_named(*block)]
    parts = {f"pipeline.{room}.{part}" for room, part in named}
    modules = sorted(_reached({f"stages.{verb}", *parts}))
    files = [line for module in modules for line in _data(module)]
    own = {own_line(file) for block in blocks for file in own_files(*block)}
    code = [f"{module} {code_digest(file_of(module))}" for module in modules]
    return sorted([*code, *files, *own, *settings_lines(verb, name, params)])


def settings_lines(verb: str, name: str, params: Params) -> list[str]:
    """Return ``params.yaml:<key> <sha256>`` for all that the stage reads in params.yaml.

    Not for ``train``, ``register`` and ``report``, whose keys dvc.yaml names, where `dvc params` shows them: for every
    stage that it names keys of, DVC reads the whole file once more.
    """
    keys: dict[str, Any] = {}
    if verb in ("fetch", "pack"):
        keys = {f"sources.{name}": params["sources"].get(name)}
    if verb == "degrade":
        keys = {"seed": params["seed"], f"pairs.{name}": params["pairs"].get(name)}
    if verb == "evaluate" and name in params["models"]:
        suite = params["models"][name]["suite"]
        keys = {f"suites.{suite}": params["suites"][suite]}
    told = {key: json.dumps(value, sort_keys=True).encode() for key, value in keys.items()}
    return [f"{SETTINGS}{key} {hashlib.sha256(each).hexdigest()}" for key, each in told.items()]


def own_line(file: str) -> str:
    """Return ``own/<file> <sha256>`` for a file of the user's; the spaces of its name are ``%20``."""
    return f"own/{quote(file)} {hashlib.sha256((OWN / file).read_bytes()).hexdigest()}"


@cache
def code_digest(path: Path) -> str:
    """Return a digest of what the code does: of its syntax tree without docstrings, comments and positions.

    Only types and non-empty fields count, so that Python versions with more fields agree.
    """
    return hashlib.sha256(_told(tree(path)).encode()).hexdigest()


def _blocks(verb: str, name: str, params: Params) -> Iterator[tuple[Type, Any]]:
    """Yield the blocks of params.yaml that decide which parts a stage runs, with their types."""
    section = SECTIONS.get(verb)
    training = Settings("pipeline.training.settings", "Training")
    suite = Settings("pipeline.evaluation.settings", "Suite")
    if section == "sources":
        yield Named("sources"), params["sources"][name]
    if verb == "degrade":
        pairs = params["pairs"][name]
        yield Settings("pipeline.pairs.settings", "Pairs"), pairs
        yield from _chain(pairs)
        if pairs["learner"] != SCRATCH:
            yield training, params["models"][pairs["learner"]]["training"]
    if section == "models":
        yield training, params["models"][name]["training"]
    if verb == "train" and params["models"][name]["training"].get("degrade") == "anew":
        yield from _chain(params["pairs"][params["models"][name]["pairs"]])
    if verb == "evaluate":
        yield suite, params["suites"][params["models"][name]["suite"]]
    if verb in ("register", "report"):
        for model in params["models"].values():
            yield training, model["training"]
            yield suite, params["suites"][model["suite"]]


def _chain(pairs: Mapping[str, Any]) -> Iterator[tuple[Type, Any]]:
    if pairs["degradation"] != "given":
        yield Named("degradations"), {"name": "chain", "links": pairs["degradation"]}


def _reached(roots: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += _imports(file_of(module))
            waiting += [module.rpartition(".")[0]] if "." in module else []
    return seen


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Return the modules of this project that ``path`` imports when it runs, whatever the place in the file."""
    found = []
    for node in _running(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [node.module, *(name for name in inside if _ours(name) and file_of(name).is_file())]
    return tuple(name for name in found if _ours(name))


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Walk ``node`` without what stands under ``if TYPE_CHECKING``; its ``else`` does run."""
    yield node
    skipped = node.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" else []
    for child in ast.iter_child_nodes(node):
        if child not in skipped:
            yield from _running(child)


def _ours(module: str) -> bool:
    return module.split(".")[0] in ("pipeline", "stages")


def _data(module: str) -> list[str]:
    """Return the lines of the data files that a module names in its constant ``DATA``."""
    path = file_of(module)
    for node in tree(path).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(node).startswith(("DATA = ", "DATA: ")):
            assert node.value is not None
            files = [path.with_name(name) for name in ast.literal_eval(node.value)]
            return [f"{file.parent.name}/{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files]
    return []


def _told(node: object) -> str:
    """Tell a syntax tree as text."""
    if isinstance(node, list):
        return f"[{','.join(map(_told, node))}]"
    if not isinstance(node, ast.AST):
        return ascii(node)  # repr prints more characters as they are with every edition of Unicode
    fields = [(name, _without_silence(node, name, value)) for name, value in ast.iter_fields(node)]
    told = [f"{name}={_told(value)}" for name, value in fields if value not in (None, [])]
    return f"{type(node).__name__}({','.join(told)})"


def _without_silence(node: ast.AST, name: str, value: Any) -> Any:
    """Drop docstrings, and the empty texts that Python 3.12 puts into the format of an f-string."""
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    if name == "body" and documented:
        return [each for each in value if not _is_text(each)]
    if isinstance(node, ast.JoinedStr):
        return [each for each in value if getattr(each, "value", None) != ""]
    return value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
