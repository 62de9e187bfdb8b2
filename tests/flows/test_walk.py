"""Laws of the walk down the graph, against a DVC that is played: every order, every stage that fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.graph import Graph
from flows.walk import End, Walk
from tests.flows.test_graph import graphs


class World:
    """What DVC would say: a stage is stale when it was changed, or when a stage it reads has made something new."""

    def __init__(self, graph: Graph, changed: frozenset[str], broken: frozenset[str], quiet: frozenset[str]) -> None:
        self.graph = graph
        self.stale = set(changed)
        self.broken = broken
        self.quiet = quiet
        self.ran: list[str] = []

    def run(self, stage: str) -> End:
        """Make one stage; a quiet one makes again what was there."""
        self.ran.append(stage)
        if stage in self.broken:
            return End.FAILED
        self.stale.discard(stage)
        if stage not in self.quiet:
            self.stale |= {each for each, needed in self.graph.upstream.items() if stage in needed}
        return End.RAN


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, Walk]:
    graph = draw(graphs())
    some = st.frozensets(st.sampled_from(sorted(graph.stages)))
    selected = draw(some)
    forced = draw(some) & selected
    return World(graph, draw(some), draw(some), draw(some)), Walk(graph, selected, forced)


def run(world: World, walk: Walk, choose: st.DataObject) -> None:
    """Play a run: start what is ready, end what is running, in any order."""
    walk.learn({stage: stage in world.stale for stage in world.graph.stages})
    for _ in range(10 * len(world.graph.stages) + 1):
        if walk.over:
            return
        unsure = walk.unsure()
        walk.learn({stage: stage in world.stale for stage in unsure})
        for stage in walk.ready():
            assert all(walk.ends[each].well for each in world.graph.upstream[stage])
            walk.begin(stage)
        if walk.running:
            stage = choose.draw(st.sampled_from(sorted(walk.running)))
            walk.end(stage, world.run(stage))
    raise AssertionError("the walk does not end")


@given(worlds(), st.data())
def test_every_walk_ends_and_makes_what_is_stale_and_selected_once(
    played: tuple[World, Walk], choose: st.DataObject
) -> None:
    world, walk = played
    run(world, walk, choose)

    assert len(world.ran) == len(set(world.ran))
    assert set(world.ran) <= walk.selected
    assert set(walk.ended(End.RAN, End.FAILED)) == set(world.ran)
    for stage in walk.ended(End.RAN, End.CURRENT):
        assert stage not in world.stale
        assert all(walk.ends[each].well for each in world.graph.upstream[stage])


@given(worlds(), st.data())
def test_a_failure_takes_down_what_reads_it_and_nothing_else(played: tuple[World, Walk], choose: st.DataObject) -> None:
    world, walk = played
    run(world, walk, choose)
    bad = world.graph.below(walk.ended(End.FAILED, End.LEFT))

    assert set(walk.ended(End.SKIPPED)) == bad & walk.selected - set(walk.ended(End.FAILED))
    for stage in walk.ended(End.SKIPPED):
        assert walk.because[stage]


@given(worlds(), st.data())
def test_a_stage_that_is_forced_runs_unless_something_above_it_is_not_well(
    played: tuple[World, Walk], choose: st.DataObject
) -> None:
    world, walk = played
    run(world, walk, choose)

    assert walk.forced - set(walk.ended(End.SKIPPED)) <= set(world.ran)


@given(graphs())
def test_where_nothing_is_stale_nothing_is_asked_again_and_nothing_starts(graph: Graph) -> None:
    walk = Walk(graph, graph.stages)
    walk.learn(dict.fromkeys(graph.stages, False))

    assert walk.over
    assert sorted(graph.stages) == walk.ended(End.CURRENT)


def test_independent_stages_are_ready_together_and_one_starts_before_its_neighbours_have_ended() -> None:
    graph = Graph({"a": frozenset(), "b": frozenset(), "a2": frozenset("a"), "b2": frozenset("b")})
    walk = Walk(graph, graph.stages)
    walk.learn(dict.fromkeys(graph.stages, True))

    assert ["a", "b"] == walk.ready()

    for stage in ("a", "b"):
        walk.begin(stage)
    walk.end("a", End.RAN)

    assert ["a2"] == walk.unsure()
