"""How far a run has come, and what may start next: pure, no command runs here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum

from flows.graph import Graph


class End(Enum):
    """How a stage ended, in the words of the log."""

    RAN = "made"
    CURRENT = "up to date"
    FAILED = "failed"
    SKIPPED = "skipped"
    LEFT = "stale, and not asked for"

    @property
    def well(self) -> bool:
        """Whether what the stage makes may be read."""
        return self in (End.RAN, End.CURRENT)


class Walk:
    """A walk down the graph: a stage may start when all that it reads is made and up to date.

    Whether a stage is stale is known from DVC and holds until something above it has run; ``learn`` tells it again.

    Args:
        graph: all stages.
        selected: the stages that may run; another one that is stale is left, and so is what reads it.
        forced: the stages that run even when they are up to date.
    """

    def __init__(self, graph: Graph, selected: Collection[str], forced: Collection[str] = ()) -> None:
        self.graph = graph
        self.selected = frozenset(selected)
        self.forced = frozenset(forced)
        self.ends: dict[str, End] = {}
        self.because: dict[str, list[str]] = {}
        self.running: set[str] = set()
        self._stale: dict[str, bool] = {}

    def learn(self, stale: Mapping[str, bool]) -> None:
        """Take in what DVC says of some stages, and end all that need not or cannot run."""
        self._stale.update(stale)
        while settled := [stage for stage in self._open() if self._settles(stage)]:
            for stage in settled:
                self.because[stage] = self._unwell(stage)
                self.ends[stage] = self._settled(stage)

    def unsure(self) -> list[str]:
        """Return the stages whose turn it is, when they are stale, which nobody knows."""
        return [stage for stage in self._open() if stage not in self._stale]

    def ready(self) -> list[str]:
        """Return the stages that are stale, or forced, and may start."""
        return [stage for stage in self._open() if stage in self._stale]

    def begin(self, stage: str) -> None:
        """Note that a stage has been started."""
        self.running.add(stage)

    def end(self, stage: str, end: End) -> None:
        """Note how a stage that was started has ended."""
        self.running.remove(stage)
        self.ends[stage] = end
        if end is not End.CURRENT:
            for each in self.graph.below([stage]):
                self._stale.pop(each, None)
        self.learn({})

    def ended(self, *ends: End) -> list[str]:
        """Return the stages that ended in one of these ways, sorted."""
        return sorted(stage for stage, end in self.ends.items() if end in ends)

    @property
    def over(self) -> bool:
        """Whether every stage has ended."""
        return len(self.ends) == len(self.graph.stages)

    def _open(self) -> list[str]:
        return sorted(
            stage
            for stage, needed in self.graph.upstream.items()
            if stage not in self.ends and stage not in self.running and needed <= self.ends.keys()
        )

    def _unwell(self, stage: str) -> list[str]:
        return sorted(each for each in self.graph.upstream[stage] if not self.ends[each].well)

    def _settles(self, stage: str) -> bool:
        """Tell whether a stage whose turn it is ends without being started."""
        if self._unwell(stage):
            return True
        if stage not in self._stale or stage in self.forced:
            return False
        return not self._stale[stage] or stage not in self.selected

    def _settled(self, stage: str) -> End:
        if not self._unwell(stage) and not self._stale[stage]:
            return End.CURRENT
        return End.SKIPPED if stage in self.selected else End.LEFT
