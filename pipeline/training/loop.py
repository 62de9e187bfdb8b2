"""The training loop: it knows ``step`` and nothing of what is learnt."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pipeline.errors import LearningError, told_at
from pipeline.kinds import Fields, Store
from pipeline.learning.arithmetic import Arithmetic, choose
from pipeline.learning.average import Average
from pipeline.learning.devices import processor
from pipeline.learning.ranks import ALONE, Ranks
from pipeline.learning.recipe import Recipe, Scalars
from pipeline.learning.settings import Engine
from pipeline.lookup import build
from pipeline.pairs.anew import Anew
from pipeline.pairs.batches import Batches
from pipeline.pairs.drawing import chain_of
from pipeline.pairs.reading import PairSet
from pipeline.randomness import seed_of
from pipeline.saved import save, weights_of
from pipeline.training import timing
from pipeline.training.checkpoint import Checkpoints, State
from pipeline.training.rows import Row, means, shown
from pipeline.training.settings import Training
from pipeline.training.start import begin
from pipeline.training.watch import Watch

log = logging.getLogger(__name__)

Report: TypeAlias = Callable[[Sequence[Mapping[str, float]]], None]
Snapshot: TypeAlias = Callable[[int, float, Mapping[str, Tensor]], None]


@dataclass(frozen=True)
class Places:
    """Where a training reads and writes.

    Args:
        pairs: the folder of pairs it learns from.
        start: the model folder whose weights it starts from; an empty folder for none.
        resume: the folder of its checkpoints; beside it, with the ending ``.json``, stands how long it took.
        out: the model folder it makes.
        snapshots: where the model as it is at each checkpoint is kept, in a folder named by the step; None for nowhere.
        store: where losses have the weights of others (VGG-19's); None where none needs any.
        own: the user's own files, which a start, or a link of a chain that runs anew, may read; None for none.
    """

    pairs: Path
    start: Path
    resume: Path
    out: Path
    snapshots: Path | None = None
    store: Store | None = None
    own: Path | None = None


def train(
    settings: Training,
    engine: Engine,
    places: Places,
    *,
    name: str,
    seed: int,
    device: torch.device,
    report: Report,
    ranks: Ranks = ALONE,
) -> None:
    """Train the model ``name`` and write its folder; continue from a checkpoint where one is.

    The result depends on the settings, the engine, the seed, the name and what lies in ``places`` only; where several
    ``ranks`` learn together, it is that of one but for the order in which gradients are summed, and for the chance that
    networks and critics draw, each rank for its own samples.

    Raises:
        LearningError: when a loss or a weight is no longer finite, or a part cannot learn from such batches.
    """
    torch.manual_seed(seed_of(seed, name))
    recipe: Recipe = build("recipes", settings.recipe, network=build("networks", settings.network), store=places.store)
    networks = begin(recipe, settings, places.start, places.own)
    pairs = PairSet(places.pairs)
    spec = {"network": settings.network, "recipe": settings.recipe, "data": pairs.shards.digest()}

    def snapshot(step: int, seconds: float, weights: Mapping[str, Tensor]) -> None:
        if places.snapshots:
            facts = _engine_facts(recipe.arithmetic, ranks) | {"step": step, "seconds": seconds}
            save(places.snapshots / f"{step:09d}", spec, weights, facts)

    if settings.steps:
        _require_whole(recipe, ranks, name)
        learning = [*networks.values(), *recipe.critics]
        recipe.arithmetic = choose(engine, device, name, learning)
        recipe.to(device)
        recipe.accumulate, recipe.ranks = settings.accumulate, ranks
        recipe.arithmetic.prepare(learning, recipe.optimizers.values())
        kept = Checkpoints(places.resume)
        course = Course(settings, recipe, pairs, kept, report, snapshot, (seed, name), places.own)
        course.run()
    if ranks.leads:
        save(places.out, spec, weights_of(networks), _engine_facts(recipe.arithmetic, ranks))
        if settings.steps:
            timing.note(places.resume.with_suffix(".json"), places.out, course.watch.seconds)
        Checkpoints(places.resume).remove()
    ranks.wait()


class Course:
    """One training on its way: what is learnt, from what, and how far it has come."""

    def __init__(
        self,
        settings: Training,
        recipe: Recipe,
        pairs: PairSet,
        checkpoints: Checkpoints,
        report: Report,
        snapshot: Snapshot,
        stream: tuple[int, str],
        own: Path | None,
    ) -> None:
        self.settings = settings
        self.recipe = recipe
        self.checkpoints = checkpoints
        self.report = report
        self.snapshot = snapshot
        self.stream = stream
        self.name = stream[1]
        self.own = own
        self.ranks = recipe.ranks
        learnt, held = pairs.split(settings.validate)
        share = self.ranks.part(settings.batch)
        every = [turn * settings.batch + sample for turn in range(recipe.turns) for sample in share]
        self.batches = self._batches(learnt, (*stream, "learn"), settings.batch * recipe.turns, every)
        self.held_out = self._batches(held, (*stream, "validate"), settings.batch) if settings.validate else None
        self.networks = {player: getattr(recipe, player) for player in recipe.keeps}
        self.average = Average(self.networks, settings.average) if settings.average else None
        self.watch = Watch()
        self.rows: list[Row] = []
        self.since: list[Scalars] = []

    def run(self) -> None:
        """Learn from the last checkpoint, or the beginning, to the end."""
        steps = self.settings.steps
        first = self._resume()
        self._draw_own(first)
        self.recipe.train()
        self.watch.start()
        batches = self.watch.over(self.batches.between(first, steps))
        bar = tqdm(batches, desc=self.name, initial=first, total=steps, unit="step", disable=None)
        with logging_redirect_tqdm():
            for step, batch in enumerate(bar, first):
                factor = self.recipe.pace(step / steps)
                self.recipe.arithmetic.begin()
                with told_at(f"models.{self.name}.training.recipe"):
                    self.since.append(self.recipe.step(self._taken(batch)))
                if self.average:
                    self.average.update(step)
                if self._due(step + 1, self.settings.report_every):
                    self._tell(step + 1, factor)
                    bar.set_postfix_str(shown(self.rows), refresh=False)
                if self._due(step + 1, self.settings.checkpoint_every):
                    self._keep(step + 1)
        self._require_finite(steps)
        if self.average:
            self.average.apply()

    def _batches(
        self, pairs: PairSet, stream: tuple[int | str, ...], size: int, part: Sequence[int] | None = None
    ) -> Batches:
        kept = self.settings
        chain = None
        if kept.degrade == "anew":
            chain = chain_of(pairs.facts.benchmark, pairs.facts.links(), learner=None, own=self.own)
        return Batches(
            pairs,
            self.recipe.reads,
            size=size,
            patch=kept.patch,
            augment=kept.augment,
            stream=stream,
            part=part,
            crops=kept.crops,
            anew=Anew(pairs, chain, kept.margin, stream) if chain else None,
        )

    def _taken(self, batch: Mapping[str, NDArray[Any]]) -> Fields:
        return {name: self.recipe.arithmetic.take(torch.from_numpy(values)) for name, values in batch.items()}

    def _due(self, step: int, every: int) -> bool:
        return step % every == 0 or step == self.settings.steps

    def _tell(self, step: int, factor: float) -> None:
        """Report the means of the scalars since the last row, and the held-out losses."""
        self.since = [self.ranks.mean(each) for each in self.since]
        row: Row = {"step": step, "rate": factor, **means(self.since)}
        if self.held_out:
            self.recipe.eval()
            judged = [self.recipe.judge(self._taken(batch)) for batch in self.held_out.of_every_scale()]
            self.recipe.train()
            row |= {f"held_out_{name}": value for name, value in means(judged).items()}
        self.since.clear()
        self.rows.append(row)
        if self.ranks.leads:
            self.report([row])

    def _keep(self, step: int) -> None:
        """Write a checkpoint, if what it would hold is finite."""
        self._require_finite(step)
        self.since = [self.ranks.mean(each) for each in self.since]
        if self.ranks.leads:
            self._write(step)
        self.ranks.wait()
        self._draw_own(step)

    def _draw_own(self, step: int) -> None:
        """Let every rank but the first draw chance of its own from ``step`` on, whoever is started again there.

        The first goes on with its generator, which the checkpoint keeps.
        """
        if not self.ranks.leads:
            torch.manual_seed(seed_of(*self.stream, "rank", self.ranks.own, step))

    def _write(self, step: int) -> None:
        state = {
            "step": step,
            "recipe": self.recipe.progress_state(),
            "average": self.average.values if self.average else None,
            "generator": torch.get_rng_state(),
            "rows": self.rows,
            "since": self.since,
            "seconds": self.watch.seconds,
        }
        self.checkpoints.save(step, state)
        self.snapshot(step, self.watch.seconds, self.average.values if self.average else weights_of(self.networks))
        log.info(
            "%s: step %d of %d, %s, waited %.1f %% of the time for data",
            self.name,
            step,
            self.settings.steps,
            shown(self.rows),
            100 * self.watch.share_waited,
        )

    def _resume(self) -> int:
        """Restore the newest checkpoint and return the step to go on with."""
        state: State | None = self.checkpoints.newest()
        if state is None:
            return 0
        self.recipe.load_progress_state(state["recipe"])
        if self.average:
            self.average.values = state["average"]
        torch.set_rng_state(state["generator"])
        self.rows, self.since = state["rows"], state["since"]
        self.watch = Watch(state["seconds"])
        if self.ranks.leads:
            self.report(self.rows)
        log.info("%s: continues at step %d of %d", self.name, state["step"], self.settings.steps)
        return int(state["step"])

    def _require_finite(self, step: int) -> None:
        losses = [each["loss"] for each in self.since]
        for tensor in [*losses, *self.recipe.state_dict().values()]:
            if tensor.is_floating_point() and not torch.isfinite(tensor).all():
                raise LearningError(
                    f"models.{self.name}: a loss or weight is not finite at step {step}; the last good checkpoint "
                    "stays; lower `rate` in its training block"
                )


def _require_whole(recipe: Recipe, ranks: Ranks, name: str) -> None:
    """Refuse several devices where a part takes each batch that it sees for a step."""
    if ranks.count > 1 and any(getattr(part, "counts_steps", False) for part in recipe.modules()):
        raise LearningError(f"models.{name}: a loss of its recipe must see each batch whole; name one in SR_DEVICE")


def _engine_facts(chosen: Arithmetic, ranks: Ranks) -> dict[str, Any]:
    """Return what chose the arithmetic: equal facts give equal bits on the CPU."""
    return {
        "precision": chosen.precision,
        "compiled": chosen.compiled,
        "device": chosen.device.type,
        "devices": ranks.count,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "processor": processor(),
    }
