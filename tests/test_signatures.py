"""Signatures read from text: the vocabulary of annotations, and that Python sees the same."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

import pytest

from pipeline.bounds import OwnFile
from pipeline.kinds import ROOMS
from pipeline.lookup import names, part_states, signature
from pipeline.params.values import problems
from pipeline.signatures import DictOf, Either, ListOf, Parameter, Scalar, Settings, TupleOf, Type, constructor

PARTS = [(room, name) for room in ROOMS.values() for name in names(room)]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_signature_read_from_text_is_the_one_that_python_sees(room: str, name: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")
    real = inspect.signature(getattr(module, module.__all__[0])).parameters.values()
    named = [each for each in real if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]  # nn.Module's own

    assert [(each.name, each.default is each.empty) for each in named] == [
        (each.name, each.required) for each in signature(room, name)
    ]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_default_is_something_that_params_could_say(room: str, name: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")
    real = inspect.signature(getattr(module, module.__all__[0])).parameters
    optional = [each for each in signature(room, name) if not each.required]
    defaults = {each.name: json.loads(json.dumps(real[each.name].default, default=asdict)) for each in optional}

    assert [] == [line for each in optional for line in problems(each.type, defaults[each.name], each.name)]


@pytest.mark.parametrize("fact", ["counts_steps", "learns_in_restore"])
@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_fact_read_from_text_is_the_one_that_python_sees(room: str, name: str, fact: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")

    assert getattr(getattr(module, module.__all__[0]), fact, False) == part_states(room, name, fact)


@pytest.mark.parametrize(
    ("room", "fact", "expected"),
    [("losses", "counts_steps", ["kernel_gan"]), ("recipes", "learns_in_restore", ["zero_shot"])],
)
def test_the_facts_are_stated_by_some_parts(room: str, fact: str, expected: list[str]) -> None:
    assert set(expected) <= {name for name in names(room) if part_states(room, name, fact)}


VOCABULARY = [
    ("int", -1, ""),
    ("int", True, "v: must be a whole number, not true"),
    ("int", 3.0, "v: must be a whole number, not 3.0"),
    ("float", 3, ""),
    ("float", 2.5, ""),
    ("float", "2.5", "v: must be a number, not the text '2.5'"),
    ("float", 1e999, "v: must be a number, not .inf"),
    ("str", "", ""),
    ("str", 3, "v: must be text, not 3"),
    ("bool", False, ""),
    ("bool", 0, "v: must be true or false, not 0"),
    ("None", None, ""),
    ("None", "", "v: must be null, not the text ''"),
    ("Literal['a', 2]", 2, ""),
    ("Literal['a', 'b']", "c", "v: `c` is unknown; choices: a, b"),
    ("Literal[1, 2]", True, "v: must be `1` or `2`, not true"),
    ("tuple[int, str]", [1, "a"], ""),
    ("tuple[int, str]", [1], "v: must have 2 items, not 1"),
    ("tuple[float, ...]", [], ""),
    ("tuple[float, ...]", [1, 2.5], ""),
    ("tuple[float, ...]", {}, "v: must be a list, not a mapping"),
    ("list[int]", [1, 2], ""),
    ("list[int]", [1, None], "v[1]: must be a whole number, not null"),
    ("dict[str, int]", {"n": 1}, ""),
    ("dict[str, int]", {"n": 1.5}, "v.n: must be a whole number, not 1.5"),
    ("OneOrMore", 1, ""),
    ("OneOrMore", 0, "v: must be at least 1, not 0"),
    ("OneOrMore", "1", "v: must be a whole number, not the text '1'"),
    ("Odd", -1, "v: must be odd and at least 1, not -1"),
    ("Share", 1, ""),
    ("Share", 1.01, "v: must be at least 0 and at most 1, not 1.01"),
    ("BelowOne", 0, ""),
    ("BelowOne", 1.0, "v: must be at least 0 and below 1, not 1.0"),
    ("Positive | None", None, ""),
    ("Positive | None", 0, "v: must be above 0, not 0"),
    ("Positive | None", "0", "v: must be a number or null, not the text '0'"),
    ("tuple[Odd, Odd]", [3, 4], "v[1]: must be odd and at least 1, not 4"),
    ("Filled[tuple[int, ...]]", [], "v: is empty; name at least one"),
    ("Filled[list[str]]", ["a"], ""),
    ("Filled[dict[str, int]]", {}, "v: is empty; name at least one"),
    ("Rising[tuple[float, float]]", [1, 1], ""),
    ("Rising[tuple[float, float]]", [2, 1], "v: must begin with the lowest, not [2, 1]"),
    ("Rising[tuple[float, float]]", [2, "1"], "v[1]: must be a number, not the text '1'"),
    ("Literal[1, 2]", "2", "v: must be `1` or `2`, not the text '2'"),
    ("str", "a" * 99, ""),
    ("int", "a" * 99, f"v: must be a whole number, not the text '{'a' * 60}...'"),
    ("int | None", None, ""),
    ("int | None", "none", "v: must be a whole number or null, not the text 'none'"),
    ("Literal['all'] | list[int]", "all", ""),
    ("Literal['all'] | list[int]", [1], ""),
    ("Literal['all'] | list[int]", "al", "v: must be `all` or a list, not the text 'al'"),
    ("Literal['all'] | list[int]", [1, "x"], "v[1]: must be a whole number, not the text 'x'"),
    ("Schedule", {"name": "constant"}, ""),
    ("Schedule", {"name": "constant", "a": 1}, "v.a: `a` is unknown; there are no options here"),
    ("Described[Source]", {"name": "photos", "split": "test"}, ""),
    ("Described[Source]", {"name": "photos"}, "v.split: missing; choices: train, test"),
    ("list[Described[Link]]", [{"learned": {}}], ""),
    ("list[Described[Link]]", [{"learned": {"a": 1}}], "v[0].learned.a: `a` is unknown; there are no options here"),
    ("dict[str, Weighted[Loss]]", {"l1": 2}, ""),
    ("dict[str, Weighted[Loss]]", {"a": {"name": "l1", "weight": 1, "fields": {"sr": "sr_y"}}}, ""),
    ("dict[str, Weighted[Loss]]", {"l1": {}}, "v.l1.weight: missing; it must be a number, at least 0"),
]
OUTSIDE = [
    ("v: complex", "annotation complex is outside the vocabulary"),
    ("v: nn.Module", "annotation nn.Module is outside the vocabulary"),
    ("v: int | list[Tensor]", "annotation Tensor is outside the vocabulary"),
    ("v: int | list[Elsewhere]", "annotation Elsewhere is outside the vocabulary"),
    ("v: Plain", "annotation Plain is outside the vocabulary"),
    ("v: set[int]", "annotation set"),
    ("v: dict[int, str]", "the keys of a mapping are text"),
    ("v: Filled[int]", "annotation Filled"),
    ("v: Rising[list[int]]", "annotation Rising"),
    ("v: int, /", "a constructor is called by names, none is positional-only"),
    ("v: Weighted[int]", "annotation Weighted"),
    ("v", "a constructor's parameter lacks its annotation"),
    ("*v: int", r"a constructor takes no \*args, no \*\*kwargs"),
    ("**v: int", r"a constructor takes no \*args, no \*\*kwargs"),
]


HEAD = """
from torch import Tensor, Schedule as Elsewhere
from pipeline.bounds import BelowOne, Filled, Odd, OneOrMore, Positive, Rising, Share
from pipeline.kinds import Described, Link, Loss, Schedule, Source, Weighted


class Plain: ...


@dataclass
class Block:
    width: int


"""
Reader: TypeAlias = Callable[[str], tuple[Parameter, ...]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Reads the constructor of a part that takes the given parameters."""

    def constructor_of(parameters: str) -> tuple[Parameter, ...]:
        text = f"{HEAD}class Part:\n    def __init__(self, {parameters}) -> None: ...\n"
        (tmp_path / "part.py").write_text(text, encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.signatures.HOME", tmp_path / "pipeline")
            return constructor("part", "Part")

    return constructor_of


@pytest.mark.parametrize(("annotation", "value", "expected"), VOCABULARY)
def test_an_annotation_accepts_its_values_and_refuses_others_in_one_line(
    read: Reader, annotation: str, value: object, expected: str
) -> None:
    (parameter,) = read(f"v: {annotation}")

    assert [expected] * bool(expected) == [str(fault) for fault in problems(parameter.type, value, "v")]


@pytest.mark.parametrize(("parameters", "expected"), OUTSIDE)
def test_what_is_outside_the_vocabulary_is_refused(read: Reader, parameters: str, expected: str) -> None:
    with pytest.raises(AssertionError, match=f"^part.py: {expected}"):
        read(parameters)


def test_parameters_without_a_default_are_required(read: Reader) -> None:
    found = {each.name: each.required for each in read("a: int, b: int = 1, *, c: int, d: int = 1")}

    assert {"a": True, "b": False, "c": True, "d": False} == found


def test_a_dataclass_of_the_file_is_a_block_of_settings(read: Reader) -> None:
    assert (Parameter("v", Settings("part", "Block"), required=True),) == read("v: Block")


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_file_of_the_user_is_named_in_params_and_never_by_default(room: str, name: str) -> None:
    files = [each for each in signature(room, name) if isinstance(each.type, OwnFile)]

    assert all(each.required for each in files)


WITHOUT_BOUND = {
    ("recipes", "zero_shot", "chance"),
    ("degradations", "blur", "angle"),
    ("degradations", "blur", "shift"),
    ("degradations", "colour", "hue"),
    ("degradations", "motion", "angle"),
}
"""Numbers of which every one makes sense: seeds, angles, shifts."""


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_number_of_a_part_has_a_bound(room: str, name: str) -> None:
    free = {(room, name, each.name) for each in signature(room, name) if unbounded(each.type)}

    assert free <= WITHOUT_BOUND


BLOCKS = [("evaluation", "Suite"), ("learning", "Engine"), ("pairs", "Pairs"), ("training", "Training")]


@pytest.mark.parametrize(("room", "name"), BLOCKS)
def test_a_number_of_a_block_of_settings_has_a_bound(room: str, name: str) -> None:
    assert [] == [each for each in constructor(f"pipeline.{room}.settings", name) if unbounded(each.type)]


def unbounded(type_: Type) -> bool:
    """Tell whether a number somewhere in ``type_`` may be any."""
    if isinstance(type_, Scalar):
        return type_.type in (int, float) and type_.bound is None
    if isinstance(type_, Either | TupleOf):
        return any(map(unbounded, type_.options if isinstance(type_, Either) else type_.items))
    if isinstance(type_, ListOf | DictOf):
        return unbounded(type_.item if isinstance(type_, ListOf) else type_.value)
    return False
