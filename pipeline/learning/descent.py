"""Learning by descent: networks make fields, losses and critics judge them, optimizers move the weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import nn, optim

from pipeline.errors import LearningError
from pipeline.fields import RESTORED
from pipeline.kinds import Fields, Loss, Network, Schedule, Weighted
from pipeline.learning.handing import Handing
from pipeline.learning.objective import Objective
from pipeline.learning.recipe import Recipe, Scalars, parts_of
from pipeline.learning.rival import Rival
from pipeline.learning.rivals import Rivals


class Descent(Recipe):
    """A recipe whose players minimise one objective, against rivals where it has any.

    A step with rivals, ``turns`` being n, takes n batches:

    1. on each of the first n - 1 the critics learn, from what the players make of it without a gradient;
    2. on the last the players move down their losses and what they lose to the critics, which stand still;
    3. there the critics learn too, from what the players have just made, detached: each batch is enlarged once.

    So do ESRGAN, CycleGAN and, with n above 1, what Miyato et al. and Bulat et al. call critic steps per step of the
    generator (whose loops begin elsewhere in the same round). KernelGAN's code makes its fakes for step 3 anew.

    Args:
        network: maps LR to SR.
        optimizers: move the players' weights.
        losses: what the players minimise, by name.
        schedule: the factor of every learning rate, the critics' too, over progress.
        rivals: the critics, by name.
        turns: steps of the critics in a step of the players.
    """

    def __init__(
        self,
        network: Network,
        optimizers: Mapping[str, optim.Optimizer],
        losses: Mapping[str, Weighted[Loss]],
        schedule: Schedule,
        rivals: Mapping[str, Rival],
        turns: int,
    ) -> None:
        super().__init__()
        if getattr(network, "draws", False):
            name = type(network).__name__
            raise LearningError(f"network: `{name}` draws pixels, which no gradient passes; use `autoregressive`")
        self.network = network
        self.objective = Objective(losses)
        self.schedule = schedule
        self.rivals = Rivals(rivals)
        self.turns = turns
        self.players = tuple(optimizers)
        self.optimizers = {**optimizers, **self.rivals.optimizers}
        self.hand = Handing(network)

    @property
    def critics(self) -> list[nn.Module]:
        """The rivals' networks."""
        return list(self.rivals.critics.values())

    @property
    def judged(self) -> set[str]:
        """The fields that losses and critics read."""
        return self.objective.reads | self.rivals.reads

    @property
    def reads(self) -> set[str]:
        """What the network reads, and the truths that losses and critics read."""
        return {*self.hand.reads, *self.judged} - RESTORED

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Run the network."""
        return self.hand(batch)

    def pace(self, progress: float) -> float:
        """Set every learning rate and the weight of every loss for ``progress``; return the factor of the rates."""
        self.objective.pace(progress)
        return super().pace(progress)

    def made(self, batch: Fields) -> Fields:
        """Return ``batch`` with what the players make of it."""
        return {**batch, **self.hand(batch)}

    def losses(self, batch: Fields) -> Scalars:
        """Return every loss of the players on ``batch``, and their weighted sum as ``loss``."""
        return self._lost(self.made(batch))

    def step(self, batch: Fields) -> Scalars:
        """Learn once; ``accumulate`` cuts each of the batches in ``batch`` further."""
        *early, last = ([*parts_of(each, self.accumulate)] for each in parts_of(batch, self.turns))
        lost_by_critics = [self._teach_critics([self._shown(part) for part in parts]) for parts in early]
        shown: list[Fields] = []

        def lost_by_players(part: Fields) -> Scalars:
            made = self.made(part)
            shown.append({name: made[name].detach() for name in self.rivals.reads})
            return self._lost(made)

        told = self._down(lost_by_players, last, self.players)
        if not self.rivals.settings:
            return told
        return told | _means([*lost_by_critics, self._teach_critics(shown)])

    @torch.no_grad()
    def judge(self, batch: Fields) -> Scalars:
        """Return the players' losses on held-out ``batch``."""
        with self.arithmetic.forward():
            return self.losses(batch)

    def _lost(self, made: Fields) -> Scalars:
        told = self.objective.of(made)
        if not self.rivals.settings:
            return told
        lost, total = self.rivals.against_players(made)
        return {**told, **lost, "loss": told["loss"] + total}

    @torch.no_grad()
    def _shown(self, part: Fields) -> Fields:
        """Return the fields that critics learn from, of players that do not learn."""
        with self.arithmetic.forward():
            made = self.made(part)
        return {name: made[name] for name in self.rivals.reads}

    def _teach_critics(self, shown: Sequence[Fields]) -> Scalars:
        told = self._down(self.rivals.against_critics, shown, tuple(self.rivals.optimizers))
        return {name: each for name, each in told.items() if name != "loss"}

    def _down(self, losses: Callable[[Fields], Scalars], parts: Sequence[Fields], names: Sequence[str]) -> Scalars:
        """Move the optimizers ``names`` by the mean gradient over equal ``parts``; return the mean losses."""
        self.forget(*names)
        told = [self._gather(losses, part, len(parts)) for part in parts]
        self.move(*names)
        return _means(told)

    def _gather(self, losses: Callable[[Fields], Scalars], part: Fields, count: int) -> Scalars:
        """Add the gradients of one part of a batch."""
        with self.arithmetic.forward():
            told = losses(part)
        (told["loss"] / count).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return {name: loss.detach() for name, loss in told.items()}


def _means(told: Sequence[Scalars]) -> Scalars:
    return {name: torch.stack([each[name] for each in told]).mean() for name in told[0]}
