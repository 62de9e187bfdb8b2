"""Laws of the graph of stages, on graphs of any form and on what DVC itself says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import FlowError
from flows.graph import Graph, chosen, parsed

ODD = ["a b", "x.y/z", 'quo"ted', "Ümläut-ß", "a->b", "c -> d", "tail;", "{brace}"]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph without rings: a stage reads only earlier ones."""
    size = draw(st.integers(1, 12))
    needed = [draw(st.frozensets(st.integers(0, number - 1))) if number else frozenset() for number in range(size)]
    return Graph({f"s{number}": frozenset(f"s{each}" for each in each_of) for number, each_of in enumerate(needed)})


def dot(graph: Graph) -> str:
    nodes = [f'"{stage}";' for stage in graph.upstream]
    edges = [f'"{each}" -> "{stage}";' for stage, needed in graph.upstream.items() for each in needed]
    return "\n".join(["strict digraph {", *nodes, *edges, "}", ""])


@given(graphs())
def test_what_is_written_is_read(graph: Graph) -> None:
    assert graph == parsed(dot(graph))


@given(graphs())
def test_every_stage_stands_in_one_level_and_right_below_something_it_reads(graph: Graph) -> None:
    levels = graph.levels()
    level_of = {stage: number for number, level in enumerate(levels) for stage in level}

    assert sorted(graph.stages) == sorted(stage for level in levels for stage in level)
    for stage, needed in graph.upstream.items():
        assert level_of[stage] == max((level_of[each] + 1 for each in needed), default=0)


@given(graphs())
def test_above_and_below_are_each_others_inverse(graph: Graph) -> None:
    for stage in graph.stages:
        for other in graph.stages:
            assert (other in graph.above([stage])) == (stage in graph.below([other]))


def test_a_ring_is_refused_by_name() -> None:
    ring = Graph({"a": frozenset("c"), "b": frozenset("a"), "c": frozenset("b"), "d": frozenset()})

    with pytest.raises(FlowError, match="these stages wait for each other: a, b, c"):
        ring.levels()


def test_a_line_that_says_nothing_known_is_refused() -> None:
    with pytest.raises(FlowError, match="neither a stage nor an arrow"):
        parsed("strict digraph {\nwhat?\n}")


CHAIN = {
    "data": (),
    "train@a": ("data",),
    "train@b": ("data",),
    "train@c": ("train@a",),
    "photos": (),
    "score@a": ("train@a", "photos"),
    "score@b": ("train@b", "photos", "more"),
    "score@c": ("train@c",),
    "more": (),
    "register": ("score@a", "score@b", "score@c", "train@a", "train@b", "train@c"),
    "aside": ("data",),
}
GRAPH = Graph({stage: frozenset(needed) for stage, needed in CHAIN.items()})
TRAININGS = ("train@a", "train@b", "train@c")


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (["train@a"], {"train@b", "score@b", "more", "aside"}),
        (["train@b"], {"train@a", "score@a", "train@c", "score@c", "aside"}),
        (["train@c"], {"train@b", "score@b", "more", "aside"}),
        (TRAININGS, {"aside"}),
    ],
)
def test_a_model_brings_what_it_needs_and_what_is_made_from_it_and_no_other_model(
    wanted: list[str], left: set[str]
) -> None:
    assert left == GRAPH.stages - chosen(GRAPH, TRAININGS, wanted)


@pytest.mark.slow
def test_names_with_odd_characters_are_read_as_dvc_writes_them(tmp_path: Path) -> None:
    each = {"cmd": "true", "outs": ["${item.out}"], "deps": ["${item.dep}"]}
    items = {name: {"out": f"o{number}", "dep": f"o{number - 1}"} for number, name in enumerate(ODD)}
    stages = {"stages": {"make": {"foreach": items, "do": each}}}
    (tmp_path / "dvc.yaml").write_text(json.dumps(stages), encoding="utf-8")
    (tmp_path / "o-1").touch()
    dvc = [sys.executable, "-m", "dvc"]
    subprocess.run([*dvc, "init", "--no-scm", "-q"], cwd=tmp_path, check=True)
    said = subprocess.run([*dvc, "dag", "--dot"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    names = [f"make@{name}" for name in ODD]

    assert [[name] for name in names] == parsed(said).levels()
