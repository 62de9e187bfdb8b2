"""Learning while restoring: each image is its own training set.

Shocher, Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087,
section 3: the LR image, the father, is reduced once more to a son, and the network learns to undo that. What the paper
does not say is as in the authors' code (assafshocher/ZSSR).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import optim

from pipeline.bounds import Filled, NotNegative, Positive, ZeroOrMore
from pipeline.errors import LearningError
from pipeline.images.turning import TURNS, turned, undoing
from pipeline.kinds import Fields, Loss, Network, Optimizer, Supplied, Weighted
from pipeline.learning.fathers import Ancestor, Fathers
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing, scale_of
from pipeline.learning.jumps import Jump, field, pixels, son
from pipeline.learning.objective import Objective
from pipeline.learning.recipe import Recipe
from pipeline.learning.slope import Slope
from pipeline.randomness import generator

__all__ = ["ZeroShot"]

FATHERS, SLOPE = Fathers(), Slope()
Image = NDArray[np.float32]


class ZeroShot(Recipe):
    """Trains a fresh copy of the network on every image, then restores that image.

    The defaults are those of the paper's ideal case: LR made by bicubic, without noise. Gradually, as in its best
    results for x2: ``jumps`` [1, 1.5], [1.5, 1], [1.5, 1.5], [1.5, 2], [2, 1.5], [2, 2] with ``projections`` 6, 6, 8,
    10, 10, 12. For a kernel: a ``degrader``, ``variants`` 1, ``projections`` 2, fathers with ``rotate: false``. For
    real images also ``noise`` 0.0125 and ``projections`` 0, and see ``Fathers``.

    Args:
        network: maps LR to SR; reads ``lr``, or ``ilr`` (which it needs for jumps other than its scale).
        losses: what is minimised, by name (paper: L1).
        optimizer: moves the weights (paper: Adam, 1e-3); it goes on over all jumps, its rate begins anew in each.
        fathers: how fathers are made of the image.
        slope: when the rate falls and learning ends.
        noise: deviation of the Gaussian noise on sons, on the scale where white is 1.
        variants: 8: the median of the restored flips and quarter turns (of four, where a jump is not square); 1 where
            the kernel is not symmetric.
        projections: how often what is restored is projected back in each jump, before the median and after it.
        jumps: factors of height and width, each of the LR image, one after the other, the last the network's scale;
            what a jump makes joins the fathers of the next. Null for a single jump.
        degrader: reduces fathers to sons, instead of bicubic; its weights come by ``start``.
        chance: seed of fathers and noise.
    """

    looks_far = True
    learns_in_restore = True

    def __init__(
        self,
        network: Supplied[Network],
        losses: Filled[dict[str, Weighted[Loss]]],
        optimizer: Optimizer,
        fathers: Fathers = FATHERS,
        slope: Slope = SLOPE,
        noise: NotNegative = 0.0,
        variants: Literal[1, 8] = 8,
        projections: Filled[tuple[ZeroOrMore, ...]] = (10,),
        jumps: Filled[tuple[tuple[Positive, Positive], ...]] | None = None,
        degrader: Network | None = None,
        chance: int = 1,
    ) -> None:
        super().__init__()
        self.network = network
        self.degrader = degrader
        self.borrowed = () if degrader is None else ("degrader",)
        self.keeps = ("network", *self.borrowed)
        self.objective = Objective(losses)
        self.optimizer = optimizer
        self.fathers = fathers
        self.slope = slope
        self.noise = noise
        self.variants = variants
        self.projections = projections
        scale = float(scale_of(network))
        self.jumps = jumps or ((scale, scale),)
        self.chance = chance
        self.hand = Handing(network)
        self._require_sense()

    @property
    def reads(self) -> set[str]:
        """Nothing: there is no step before an image is seen."""
        return set()

    @property
    def given(self) -> tuple[str, ...]:
        """The image alone: what else the network reads is made of it."""
        return ("lr",)

    def restore(self, batch: Fields) -> Fields:
        """Learn from ``lr`` (1, 3, h, w) alone, restore it, and forget."""
        lr = batch["lr"]
        before = {key: value.clone() for key, value in self.network.state_dict().items()}
        if self.degrader is not None:
            self.degrader.eval()
        with torch.enable_grad():
            restored = self._restored(pixels(lr), lr.device)
        self.network.load_state_dict(before)
        return {"sr": field(restored, lr.device)}

    def _restored(self, image: Image, device: torch.device) -> Image:
        pool = [Ancestor(image, 1.0)]
        chance = generator(self.chance)
        optimizer = over(self.optimizer, self.network, {})
        for factors, times in zip(self.jumps, self.projections, strict=True):
            jump = Jump(*factors, self.degrader)
            _set_rate(optimizer, 1.0)
            self._learn(pool, jump, optimizer, chance, device)
            pool.append(Ancestor(self._median(image, jump, times, device), min(factors)))
        return pool[-1].image

    def _learn(
        self,
        pool: Sequence[Ancestor],
        jump: Jump,
        optimizer: optim.Optimizer,
        chance: np.random.Generator,
        device: torch.device,
    ) -> None:
        """Learn until the rate has fallen below the least."""
        errors: list[float] = []
        fell, factor = 0, 1.0
        for step in range(1, self.slope.most + 1):
            self._step(jump.fitted(self.fathers.draw(pool, chance)), jump, optimizer, chance, device)
            if step % self.slope.every == 0:
                errors.append(self._error(pool[0].image, jump, device))
                if step - fell > self.slope.fewest and self.slope.is_flat(errors):
                    fell, factor = step, factor * self.slope.factor
                    if _set_rate(optimizer, factor) < self.slope.least:
                        return

    def _step(
        self, father: Image, jump: Jump, optimizer: optim.Optimizer, chance: np.random.Generator, device: torch.device
    ) -> None:
        small = jump.reduced(father)
        if self.noise:
            noisy = small + self.noise * chance.standard_normal(small.shape, np.float32)
            small = np.clip(noisy, 0, 1)
        batch = {**son(small, father.shape[:2], device), "hr": field(father, device)}
        self.network.train()
        optimizer.zero_grad(set_to_none=True)
        self.objective.of({**batch, **self.hand(batch)})["loss"].backward()  # type: ignore[no-untyped-call]  # torch's
        optimizer.step()

    def _error(self, image: Image, jump: Jump, device: torch.device) -> float:
        """Return the mean squared error of ``image``, reduced and restored."""
        father = jump.fitted(image)
        return float(np.mean((self._run(jump.reduced(father), father.shape[:2], device) - father) ** 2))

    @torch.no_grad()
    def _run(self, image: Image, size: tuple[int, int], device: torch.device) -> Image:
        self.network.eval()
        return np.clip(pixels(self.hand(son(image, size, device))["sr"]), 0, 1)

    def _median(self, image: Image, jump: Jump, times: int, device: torch.device) -> Image:
        """Return ``image`` restored in all variants, each projected back, their median projected back again."""
        turns = range(min(self.variants, TURNS if jump.down == jump.right else 4))
        made = [turned(self._run(one, jump.larger(one), device), undoing(turn)) for turn, one in _turned(image, turns)]
        median = np.median([jump.projected(each, image, times) for each in made], axis=0).astype(np.float32)
        return jump.projected(median, image, times)

    def _require_sense(self) -> None:
        scale = float(scale_of(self.network))
        if not {*self.hand.reads} <= {"lr", "ilr"}:
            raise LearningError(f"network: reads {list(self.hand.reads)}; zero-shot learning has `lr` and `ilr` alone")
        for name in self.objective.courses:
            raise LearningError(f"losses.{name}.course: zero-shot learning knows no progress to follow; leave it out")
        if len(self.projections) != len(self.jumps):
            raise LearningError(f"projections: one for each jump, {len(self.jumps)}, not {len(self.projections)}")
        if self.jumps[-1] != (scale, scale):
            raise LearningError(f"jumps: the last must be the network's scale, {[scale] * 2}, not {[*self.jumps[-1]]}")
        if len(self.jumps) > 1 and ("lr" in self.hand.reads or self.degrader is not None):
            why = (
                "a degrader reduces by its scale alone" if self.degrader else "a network that reads `lr` has one scale"
            )
            raise LearningError(f"jumps: {why}; leave them out")
        if self.degrader is not None and scale_of(self.degrader) != scale:
            raise LearningError(f"degrader: its scale is {scale_of(self.degrader)}, the network's {int(scale)}")


def _set_rate(optimizer: optim.Optimizer, factor: float) -> float:
    """Multiply every first rate by ``factor``; return the largest of what it now is."""
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * factor
    return max(group["lr"] for group in optimizer.param_groups)


def _turned(image: Image, turns: range) -> list[tuple[int, Image]]:
    return [(turn, np.ascontiguousarray(turned(image, turn))) for turn in turns]
