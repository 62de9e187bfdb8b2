"""The graph of stages, as DVC resolves it: pure, no command runs here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from flows.errors import FlowError

EDGE = re.compile(r'"(.+?)" -> "(.+)";?')
NODE = re.compile(r'"(.+)";?')
FRAME = re.compile(r"(strict )?digraph \{|\}|")


@dataclass(frozen=True)
class Graph:
    """Stages by the names DVC gives them.

    Args:
        upstream: for every stage the stages whose outputs it reads.
    """

    upstream: Mapping[str, frozenset[str]]

    @property
    def stages(self) -> frozenset[str]:
        """Every stage there is."""
        return frozenset(self.upstream)

    def levels(self) -> list[list[str]]:
        """Return the stages in topological levels: each as early as what it reads allows, sorted in its level.

        Raises:
            FlowError: when stages wait for each other in a ring.
        """
        left, levels = dict(self.upstream), list[list[str]]()
        while left:
            level = sorted(stage for stage, needed in left.items() if not needed & left.keys())
            if not level:
                raise FlowError(f"dvc.yaml: these stages wait for each other: {', '.join(sorted(left))}")
            levels.append(level)
            left = {stage: needed for stage, needed in left.items() if stage not in level}
        return levels

    def above(self, stages: Iterable[str]) -> frozenset[str]:
        """Return all that ``stages`` need, directly or not, themselves left out unless one needs another."""
        return _reached(stages, self.upstream.__getitem__)

    def below(self, stages: Iterable[str]) -> frozenset[str]:
        """Return all that need one of ``stages``, directly or not."""
        readers: dict[str, set[str]] = {stage: set() for stage in self.upstream}
        for stage, needed in self.upstream.items():
            for each in needed:
                readers[each].add(stage)
        return _reached(stages, readers.__getitem__)


def parsed(dot: str) -> Graph:
    """Read what ``dvc dag --dot`` says; its arrows point from what is made to what reads it.

    Raises:
        FlowError: at a line that is neither a stage nor an arrow.
    """
    upstream: dict[str, set[str]] = {}
    for line in map(str.strip, dot.splitlines()):
        edge, node = EDGE.fullmatch(line), NODE.fullmatch(line)
        if edge:
            upstream.setdefault(edge[1], set())
            upstream.setdefault(edge[2], set()).add(edge[1])
        elif node:
            upstream.setdefault(node[1], set())
        elif not FRAME.fullmatch(line):
            raise FlowError(f"`dvc dag --dot` says `{line}`, which is neither a stage nor an arrow")
    return Graph({stage: frozenset(needed) for stage, needed in upstream.items()})


def chosen(graph: Graph, trainings: Collection[str], wanted: Collection[str]) -> frozenset[str]:
    """Return the stages that bring the trainings ``wanted``, and what is made from them, up to date.

    That is what they need, all that reads what they make, and what that needs, but no other training, nor what is made
    from it: whoever asks for one model does not ask for the others.
    """
    needed, after = graph.above(wanted), graph.below(wanted)
    others = set(trainings) - set(wanted) - needed - after
    barred = (others | graph.below(others)) - after
    return frozenset(wanted) | needed | after | _reached(after, lambda stage: graph.upstream[stage] - barred)


def _reached(stages: Iterable[str], nearest: Callable[[str], Iterable[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(stages)
    while waiting:
        for stage in nearest(waiting.pop()):
            if stage not in seen:
                seen.add(stage)
                waiting.append(stage)
    return frozenset(seen)
