"""Chains of chance from all parts of the folder: an image of the promised size leaves, or one line is said before."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pipeline.bounds import OwnFile
from pipeline.degradations import chain as chains
from pipeline.degradations import learned
from pipeline.errors import PipelineError
from pipeline.lookup import names, parts_named, settings, signature
from pipeline.pairs.drawing import chain_of, draw
from pipeline.pairs.settings import Pairs
from pipeline.params import values
from pipeline.params.values import block
from pipeline.signatures import (
    Anything,
    Choice,
    DictOf,
    Either,
    ListOf,
    Named,
    Parameter,
    Scalar,
    Supplied,
    TupleOf,
    Type,
    constructor,
)
from tests.degradations.test_laws import OWN

PAIRS = constructor("pipeline.pairs.settings", "Pairs")
ROOM = "degradations"
DEPTH = 3
SIDE = 4000
"""Pixels of the longest side of an image."""
WORKED = 4_000_000
"""Pixels between the links, for the memory of the tests: what is larger is refused here as it is at LARGEST."""
KNOWN = ("RandomGamma", "MotionBlur")
"""Words that mean something: transforms of albumentations."""
NUMBERS = (0.0, 1.0, 0.5, 0.01, 1e-9, 2.0, 3.0)
"""Numbers that may be borders of what is right; the others are drawn."""


class Halving(nn.Module):
    """A network for ``learned`` links."""

    scale = 2

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        return {"lr": nn.functional.avg_pool2d(hr, 2)}


def option(chance: random.Random, type_: Type, depth: int) -> Any:
    """Return a value that params.yaml may say for ``type_``; parts inside are at most ``depth`` deep."""
    if isinstance(type_, Scalar):
        return scalar(chance, type_)
    if isinstance(type_, OwnFile):
        return chance.choice([*(each.name for each in sorted((OWN / type_.folder).iterdir())), word(chance)])
    if isinstance(type_, Choice):
        return chance.choice(type_.values)
    if isinstance(type_, Either):
        return option(chance, chance.choice(type_.options), depth)
    if isinstance(type_, Named):
        return part(chance, depth)
    if isinstance(type_, ListOf):
        return [item(chance, type_.item, depth) for _ in range(chance.randint(1, 3))]
    if isinstance(type_, TupleOf):
        values = [option(chance, each, depth) for each in type_.items]
        return sorted(values) if type_.rising else values * chance.randint(0, 2) if type_.repeated else values
    if isinstance(type_, DictOf):
        return {word(chance): option(chance, type_.value, depth) for _ in range(chance.randint(0, 2))}
    assert isinstance(type_, Anything), f"no value of {type_} is known here"
    return chance.choice([{}, [], 1, 0.5, "x", {"p": 1.0}])


def scalar(chance: random.Random, type_: Scalar) -> Any:
    """Return a number within its bound: small, since what is large takes long."""
    if type_.type in (int, float):
        whole = type_.type is int
        tries = iter(lambda: chance.randint(0, 33) if whole else float_of(chance), None)
        return next(value for value in tries if type_.bound is None or type_.bound.holds(value))
    return {bool: chance.random() < 0.5, str: word(chance), type(None): None}[type_.type]


def float_of(chance: random.Random) -> float:
    kinds = [chance.choice(NUMBERS), chance.uniform(-3, 3), chance.random(), 10 ** chance.uniform(-3, 1)]
    return chance.choice(kinds)


def word(chance: random.Random) -> str:
    return chance.choice([*KNOWN, "".join(chance.choices("abc./", k=chance.randint(0, 5)))])


def item(chance: random.Random, type_: Type, depth: int) -> Any:
    """Return an item of a list: a part as ``{name: {options}}``, with its weight where it has one."""
    if not isinstance(type_, Named):
        return option(chance, type_, depth)
    spec = part(chance, depth)
    weight = {"weight": chance.choice([1, 0.3, 7])} if type_.weighted else {}
    return {spec.pop("name"): spec | weight}


def part(chance: random.Random, depth: int) -> dict[str, Any]:
    """Return any link with options, those that have a default being said now and then."""
    name = chance.choice([each for each in names(ROOM) if depth > 1 or not nests(each)])
    wanted = [each for each in signature(ROOM, name) if not isinstance(each.type, Supplied)]
    said = [each for each in wanted if each.required or chance.random() < 0.4]
    return {"name": name, **{each.name: option(chance, each.type, depth - 1) for each in said}}


def nests(name: str) -> bool:
    return any(named(each.type) for each in signature(ROOM, name))


def named(type_: Type) -> bool:
    return isinstance(type_, Named) or (isinstance(type_, ListOf) and named(type_.item))


def entry(chance: random.Random) -> dict[str, Any]:
    """Return a pairs entry; most chains end at the LR size."""
    links = [item(chance, Named(ROOM), DEPTH) for _ in range(chance.randint(1, 3))]
    if chance.random() < 0.8:
        links.append({"resize": {"to": "target", "kernel": "bicubic"}})
    rest = {"source": "set", "learner": "model", "rounding": "uint8"}
    return {**rest, "scale": chance.choice([1, 2, 3, 4]), "degradation": links}


def image(chance: random.Random, scale: int, pixels: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return an image of odd sides, cropped to a multiple of the scale; a clip, grey, black or white at times."""
    high = int(SIDE ** chance.random())
    wide = max(1, min(int(SIDE ** chance.random()), pixels // high))
    height, width = (max(scale, side - side % scale) for side in chance.sample([high, wide], 2))
    shape = (*chance.choice([(), (), (), (2,)]), height, width, chance.choice([3, 3, 1]))
    noise = np.random.default_rng(chance.randrange(2**32)).random(shape, np.float32)
    return chance.choice([noise, noise, np.zeros(shape, np.float32), np.ones(shape, np.float32)])


def outcome(seed: int, pixels: int) -> tuple[str, set[str]]:
    """Return what was said of a chain of chance, nothing where it ran, and the parts that it names.

    Raises:
        AssertionError: what left is not as promised; whatever else is raised is a fault as well.
    """
    chance = random.Random(seed)
    spec = entry(chance)
    given = image(chance, spec["scale"], pixels)
    faults = [str(each) for each in block(PAIRS, spec, "pairs.fuzz")]
    if faults:
        return faults[0], set()
    target = (given.shape[-3] // spec["scale"], given.shape[-2] // spec["scale"])
    try:
        chain = chain_of("fuzz", settings(Pairs, spec).degradation, learner=Path("models/model"), own=OWN)
        drawn = draw(chain, (seed, "fuzz", "image"), target, spec["scale"])
    except PipelineError as error:
        return str(error), set()
    left = chain.apply(given, json.loads(json.dumps(drawn, allow_nan=False)))
    assert (*given.shape[:-3], *target, given.shape[-1]) == left.shape
    assert np.float32 == left.dtype
    assert np.isfinite(left).all()
    return "", {name for each in PAIRS for _, name in parts_of(each, spec)}


def parts_of(each: Parameter, spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return parts_named(each.type, spec[each.name])


def judged(count: int, pixels: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Counter[str], int]:
    """Return the lines that are none, how often each part ran, and how many chains ran."""
    monkeypatch.setattr(learned, "load_network", lambda _folder, _player: Halving().eval())
    monkeypatch.setattr(chains, "LARGEST", WORKED)
    monkeypatch.setattr(values, "OWN", OWN)
    said, parts = zip(*(outcome(seed, pixels) for seed in range(count)), strict=True)
    bad = [line for line in said if len(line.splitlines()) > 1 or (line and not line.startswith("pairs.fuzz."))]
    return bad, Counter(name for each in parts for name in each), sum(not line for line in said)


def test_fifty_chains_of_chance_run_or_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)

    bad, _, ran = judged(50, 40_000, monkeypatch)

    assert [] == bad
    assert ran > 20


@pytest.mark.prove
def test_a_thousand_chains_of_chance_run_or_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, parts, ran = judged(1000, 300_000, monkeypatch)

    assert [] == bad
    assert ran > 400
    assert set(names(ROOM)) == set(parts)
