"""Mutants of the shipped files: whatever goes wrong in a params.yaml is told in lines that begin with its place."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from ruamel.yaml import YAML

from pipeline.errors import ParamsError
from pipeline.evaluation.settings import Suite
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.pairs.settings import Pairs
from pipeline.params.check import checked
from pipeline.training.settings import Training
from tests.clones import ROOT

FILES = [ROOT / "params.yaml", *sorted((ROOT / "presets").rglob("*.yaml"))]
LINE = re.compile(r"params\.yaml: [^\s:]+: \S.*")
PYTHON = re.compile(r"Traceback|NoneType|\bNone\b|\bTrue\b|\bFalse\b|dict|<class|object at 0x|Error|\bnan\b(?<!\.nan)")
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 7, 10**18, 10**30, 0.5, -0.5, 1.0, 1e300, float("nan"), float("inf")),
    *("", "x", "scratch", "given", "target", "missing", "nothing", "2", "sr_y8", "learned", [], {}, [[]], [1], [3, 1]),
    *([{"learned": {}}], [{"chain": {"links": []}}], {"name": "x"}, {"name": 3}, {"name": "edsr", "scale": 2}),
]

Node: TypeAlias = "dict[str, Any] | list[Any]"
Way: TypeAlias = Callable[[random.Random, list[tuple[Any, Any]]], None]


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every mapping or list inside ``node`` with each of its keys or positions."""
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []:
        yield node, key
        yield from places(node[key])


def dropped(chance: random.Random, found: list[tuple[Any, Any]]) -> None:
    node, key = chance.choice(found)
    del node[key]


def replaced(chance: random.Random, found: list[tuple[Any, Any]]) -> None:
    node, key = chance.choice(found)
    node[key] = copy.deepcopy(chance.choice(VALUES))


def misspelt(chance: random.Random, found: list[tuple[Any, Any]]) -> None:
    """Swap two letters of a key, or of a value that is text."""
    node, key = chance.choice([(node, key) for node, key in found if isinstance(key, str)])
    if isinstance(node[key], str) and chance.random() < 0.5:
        node[key] = swapped(node[key], chance)
    else:
        node[swapped(key, chance)] = node.pop(key)


def exchanged(chance: random.Random, found: list[tuple[Any, Any]]) -> None:
    (node, key), (other, word) = chance.sample(found, 2)
    node[key], other[word] = copy.deepcopy(other[word]), copy.deepcopy(node[key])


WAYS: list[Way] = [dropped, replaced, misspelt, exchanged]


def swapped(text: str, chance: random.Random) -> str:
    at = chance.randrange(max(1, len(text) - 1))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


@cache
def shipped(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


def mutant(seed: int) -> Any:
    """Return what one of the files holds after one, two or three mutations; anchors are taken apart."""
    chance = random.Random(seed)
    content = unfolded(shipped(chance.choice(FILES)))
    for _ in range(chance.choice([1, 1, 2, 3])):
        chance.choice(WAYS)(chance, list(places(content)))
    return content


def unfolded(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: unfolded(value) for key, value in node.items()}
    return [unfolded(value) for value in node] if isinstance(node, list) else node


def said_of(content: Any, path: Path) -> list[str]:
    """Return what the check says; nothing when all blocks could be used."""
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)
    try:
        accepted = checked(path)
    except ParamsError as error:
        return str(error).split("\n")
    settings(Engine, accepted["engine"])
    assert all(settings(Pairs, block) for block in accepted["pairs"].values())
    assert all(settings(Suite, block) for block in accepted["suites"].values())
    assert all(settings(Training, block["training"]) for block in accepted["models"].values())
    return []


def judged(count: int, path: Path) -> tuple[list[str], int]:
    """Return the lines of ``count`` mutants that are not as they should be, and how many mutants were refused."""
    said = [said_of(mutant(seed), path) for seed in range(count)]
    lines = [line for each in said for line in each]
    bad = [line for line in lines if not LINE.fullmatch(line) or PYTHON.search(line)]
    return bad, sum(map(bool, said))


@pytest.mark.slow
def test_a_mutant_is_accepted_and_usable_or_told_in_lines(tmp_path: Path) -> None:
    bad, refused = judged(200, tmp_path / "params.yaml")

    assert [] == bad
    assert 150 < refused < 200


@pytest.mark.prove
def test_two_thousand_mutants_are_accepted_and_usable_or_told_in_lines(tmp_path: Path) -> None:
    bad, refused = judged(2000, tmp_path / "params.yaml")

    assert [] == bad
    assert 1500 < refused < 2000
