"""The rules of the house over every file of the tree; each rule is also shown to find an offence."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeAlias

import pytest

from pipeline.fields import FIELDS
from pipeline.kinds import ROOMS

ROOT = Path(__file__).resolve().parents[1]
FUNCTION_LINES = 50
NETWORK_INIT_LINES = 60
STAGE_LINES = 25
FILE_LINES = 300
LONGER_FILES: dict[str, int] = {}  # path: its own limit, 500 at the very most
DATA_FILES = (".json", ".npz")
READERS = ("networks", "losses", "metrics")


@dataclass(frozen=True)
class File:
    """A source file: its path below the root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def stem(self) -> str:
        return Path(self.path).stem


Rule: TypeAlias = Callable[[File], Iterator[str]]
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(*folders: str) -> tuple[File, ...]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(File(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def parts() -> tuple[File, ...]:
    found = files(*(f"pipeline/{room}" for room in ROOMS.values()), "tests/parts")
    return tuple(file for file in found if file.stem != "__init__")


def stages() -> tuple[File, ...]:
    return tuple(file for file in files("stages") if file.stem in verbs())


def verbs() -> set[str]:
    dvc = ROOT / "dvc.yaml"
    return set(re.findall(r"python -m stages (\w+)", dvc.read_text(encoding="utf-8"))) if dvc.exists() else set()


def offences(rule: Rule, found: tuple[File, ...]) -> list[str]:
    return [f"{file.path}: {offence}" for file in found for offence in rule(file)]


def lines(function: Function) -> int:
    """Return the lines from ``def`` to the last, those of the docstring left out."""
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    taken = docstring.end_lineno - docstring.lineno + 1 if docstring and docstring.end_lineno else 0
    return (function.end_lineno or 0) - function.lineno + 1 - taken


def code_lines(function: Function) -> int:
    """Return the lines of the body's statements; signature, docstring and comments between them left out."""
    body = function.body[ast.get_docstring(function, clean=False) is not None :]
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in body)


def methods(tree: ast.Module, *names: str) -> Iterator[Function]:
    for owner in ast.walk(tree):
        if isinstance(owner, ast.ClassDef):
            yield from (node for node in owner.body if isinstance(node, Function) and node.name in names)


def exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def long_function(file: File) -> Iterator[str]:
    of_networks = set(methods(file.tree, "__init__")) if file.path.startswith("pipeline/networks/") else set()
    for node in ast.walk(file.tree):
        if isinstance(node, Function):
            limit = NETWORK_INIT_LINES if node in of_networks else FUNCTION_LINES
            if lines(node) > limit:
                yield f"{node.name} has {lines(node)} lines; at most {limit}"


def long_file(file: File) -> Iterator[str]:
    limit, length = LONGER_FILES.get(file.path, FILE_LINES), len(file.text.splitlines())
    if length > limit:
        yield f"has {length} lines; at most {limit}"


def thick_stage(file: File) -> Iterator[str]:
    mains = [node for node in file.tree.body if isinstance(node, Function) and node.name == "main"]
    if not mains:
        yield "has no main"
    elif code_lines(mains[0]) > STAGE_LINES:
        yield f"main has {code_lines(mains[0])} lines of code; at most {STAGE_LINES}"


def busy_init(file: File) -> Iterator[str]:
    if file.stem == "__init__" and (len(file.tree.body) != 1 or not ast.get_docstring(file.tree)):
        yield "must hold one docstring and nothing else"


def misnamed_part(file: File) -> Iterator[str]:
    names = exported(file.tree)
    classes = {node.name for node in file.tree.body if isinstance(node, ast.ClassDef)}
    if names is None or len(names) != 1 or names[0] not in classes:
        yield f"__all__ must name the one class of the part, defined here; it says {names}"
    elif names[0].replace("_", "").lower() != file.stem.replace("_", ""):
        yield f"the class {names[0]} must be named like its file"


def open_constructor(file: File) -> Iterator[str]:
    for node in methods(file.tree, "__init__"):
        if node.args.vararg or node.args.kwarg:
            yield f"line {node.lineno}: a constructor takes neither *args nor **kwargs"


def unknown_field(file: File) -> Iterator[str]:
    names = exported(file.tree) or []
    owners = [node for node in file.tree.body if isinstance(node, ast.ClassDef) and node.name in names]
    if Path(file.path).parent.name in READERS and owners:
        for node in methods(ast.Module([owners[0]], []), "forward", "__call__"):
            read = [each.arg for each in (*node.args.args[1:], *node.args.kwonlyargs)]
            yield from (f"{node.name} reads {name}; no such field" for name in read if name not in FIELDS)


def known_orchestrator(file: File) -> Iterator[str]:
    roots = {name.split(".")[0] for name in imported(file.tree)}
    yield from (f"imports {root}" for root in sorted(roots & {"dvc", "prefect"}))


def printing(file: File) -> Iterator[str]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            yield f"line {node.lineno}: prints"


def environment(file: File) -> Iterator[str]:
    doors = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv"}
    used = {ast.unparse(node) for node in ast.walk(file.tree) if isinstance(node, ast.Attribute)}
    yield from (f"uses {door}" for door in sorted(doors & (used | set(imported(file.tree)))))


def no_docstring(file: File) -> Iterator[str]:
    docstring = ast.get_docstring(file.tree) or ""
    if not docstring.partition("\n")[0].endswith("."):
        yield "begins with a docstring whose first line ends with a full stop"


def test_a_function_fits_on_a_screen() -> None:
    assert [] == offences(long_function, files("pipeline", "stages", "flows", "tests"))


def test_a_file_has_one_subject() -> None:
    assert [] == offences(long_file, files("pipeline", "stages", "flows"))
    assert all(limit <= 500 for limit in LONGER_FILES.values())


def test_a_stage_is_thin() -> None:
    assert [] == offences(thick_stage, stages())
    assert verbs() == {file.stem for file in stages()}


def test_an_init_holds_one_docstring_and_nothing_else() -> None:
    assert [] == offences(busy_init, files("pipeline", "stages", "flows"))


def test_a_part_file_exports_the_one_class_it_is_named_after() -> None:
    assert [] == offences(misnamed_part, parts())


def test_a_part_says_all_that_its_constructor_takes() -> None:
    assert [] == offences(open_constructor, parts())


def test_every_field_that_a_part_reads_is_in_the_table() -> None:
    assert [] == offences(unknown_field, parts())


def test_the_library_knows_neither_dvc_nor_prefect() -> None:
    assert [] == offences(known_orchestrator, files("pipeline"))


def test_the_library_does_not_print() -> None:
    assert [] == offences(printing, files("pipeline"))


def test_the_library_does_not_read_the_environment() -> None:
    inside = tuple(file for file in files("pipeline") if not file.path.startswith("pipeline/tracking/"))
    assert [] == offences(environment, inside)


def test_a_module_says_what_it_holds() -> None:
    assert [] == offences(no_docstring, files("pipeline", "stages", "flows"))


def test_every_package_stands_under_the_import_contracts() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}

    assert packages == set(options["tool"]["importlinter"]["root_packages"])


def test_every_data_file_is_named_by_a_module_beside_it() -> None:
    """Only what a module names in ``DATA`` belongs to the digests of the stages that read it."""
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pipeline").rglob("*") if path.suffix in DATA_FILES}
    named = {
        f"{Path(file.path).parent.as_posix()}/{name}"
        for file in files("pipeline")
        for names in re.findall(r"^DATA = \((.*),\)$", file.text, re.MULTILINE)
        for name in re.findall(r'"([^"]+)"', names)
        if name.endswith(DATA_FILES)
    }

    assert there == named


def function(length: int, indent: str = "") -> str:
    return f'{indent}def __init__(self):\n{indent}    """Do."""\n' + f"{indent}    x = 1\n" * (length - 1)


def part(name: str, body: str = "pass") -> str:
    return f'__all__ = ["{name}"]\nclass {name}:\n    {body}\n'


def method(name: str, arguments: str) -> str:
    return part("A", f"def {name}(self, {arguments}): ...")


@pytest.mark.parametrize(
    ("rule", "path", "bad", "good"),
    [
        (long_function, "pipeline/a.py", function(51), function(50)),
        (long_function, "pipeline/networks/a.py", function(51), "class A:\n" + function(60, "    ")),
        (long_function, "pipeline/networks/b.py", "class A:\n" + function(61, "    "), ""),
        (long_file, "pipeline/a.py", "x = 1\n" * 301, "x = 1\n" * 300),
        (thick_stage, "stages/train.py", "def train(): ...", "def main(): ..."),
        (thick_stage, "stages/pack.py", function(27).replace("__init__", "main"), "def main():\n    x = 1\n"),
        (busy_init, "pipeline/__init__.py", '"""Doc."""\nimport os', '"""Doc."""'),
        (busy_init, "stages/__init__.py", "", '"""Doc."""'),
        (misnamed_part, "pipeline/losses/l1.py", "class L1: ...", part("L1")),
        (misnamed_part, "pipeline/losses/one_of.py", part("Oneof2"), part("OneOf")),
        (misnamed_part, "pipeline/losses/l2.py", '__all__ = ["L2"]\nfrom x import L2', part("L2")),
        (misnamed_part, "pipeline/losses/l3.py", '__all__ = ["L3", "L4"]\nclass L3: ...', part("L3")),
        (
            open_constructor,
            "a.py",
            part("A", "def __init__(self, **kw): ..."),
            part("A", "def f(self, *a): ..."),
        ),
        (
            open_constructor,
            "b.py",
            part("A", "def __init__(self, *a): ..."),
            part("A", "def __init__(self): ..."),
        ),
        (unknown_field, "a/metrics/a.py", part("A", "def __call__(self, x): ..."), part("A", "x = 1")),
        (
            unknown_field,
            "a/losses/a.py",
            part("A", "def forward(self, x): ..."),
            part("A", "def forward(self, lr): ..."),
        ),
        (known_orchestrator, "pipeline/a.py", "from dvc.api import open", "from dvclike import open"),
        (known_orchestrator, "pipeline/b.py", "def f():\n    import prefect.flows", "import torch"),
        (printing, "pipeline/a.py", "print(1)", "fingerprint(1)"),
        (environment, "pipeline/a.py", "import os\nos.environ['A']", "import os\nos.replace(a, b)"),
        (environment, "pipeline/b.py", "from os import getenv", "from os import replace"),
        (no_docstring, "pipeline/a.py", '"""A file"""', '"""A file.\n\nMore"""'),
        (no_docstring, "pipeline/b.py", "x = 1", '"""A file."""\nx = 1'),
    ],
)
def test_a_rule_finds_its_offence_and_nothing_else(rule: Rule, path: str, bad: str, good: str) -> None:
    found = [bool(list(rule(File(path, text)))) for text in (bad, good)]

    assert [True, False] == found


def test_the_rules_see_the_files_of_the_tree() -> None:
    seen = {file.path for file in (*files("pipeline", "stages", "tests"), *parts())}

    assert {"pipeline/__init__.py", "pipeline/kinds.py", "stages/__init__.py", "tests/test_house.py"} <= seen
