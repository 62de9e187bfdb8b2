"""Learning while restoring: each image is its own training set.

Shocher, Cohen, Irani, "Zero-Shot Super-Resolution using Deep Internal Learning", CVPR 2018, arXiv:1712.06087,
section 3.1: the LR image is reduced once more, and the network learns to undo that.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pipeline.bounds import Filled, OneOrMore
from pipeline.errors import LearningError
from pipeline.images.resize import resize
from pipeline.kinds import Fields, Loss, Network, Optimizer, Schedule, Supplied, Weighted
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing, scale_of
from pipeline.learning.objective import Objective
from pipeline.learning.recipe import Recipe

__all__ = ["ZeroShot"]


class ZeroShot(Recipe):
    """Trains a fresh copy of the network on every image, then restores that image.

    Args:
        network: maps LR to SR; reads ``lr``.
        losses: what is minimised, by name.
        optimizer: moves the weights.
        schedule: the factor of the learning rate over progress.
        image_steps: learning steps on each image.
        crop: height and width of a training crop of the reduced image, in its own pixels.
        chance: seed of the crops.
    """

    looks_far = True

    def __init__(
        self,
        network: Supplied[Network],
        losses: Filled[dict[str, Weighted[Loss]]],
        optimizer: Optimizer,
        schedule: Schedule,
        image_steps: OneOrMore,
        crop: OneOrMore,
        chance: int,
    ) -> None:
        super().__init__()
        self.network = network
        self.objective = Objective(losses)
        self.optimizer = optimizer
        self.schedule = schedule
        self.image_steps = image_steps
        self.crop = crop
        self.chance = chance
        self.hand = Handing(network)

    @property
    def reads(self) -> set[str]:
        """Nothing: there is no step before an image is seen."""
        return set()

    def restore(self, batch: Fields) -> Fields:
        """Learn from ``lr`` (1, 3, h, w) alone, restore it, and forget."""
        before = {key: value.clone() for key, value in self.network.state_dict().items()}
        with torch.enable_grad():
            self._learn(batch["lr"])
        with torch.no_grad():
            restored = self.hand(batch)
        self.network.load_state_dict(before)
        return restored

    def _learn(self, lr: Tensor) -> None:
        father, son = self._family(lr)
        self.optimizers = {"network": over(self.optimizer, self.network, {})}
        chance = torch.Generator().manual_seed(self.chance)
        self.network.train()
        for step in range(self.image_steps):
            self.pace(step / self.image_steps)
            batch = self._cut(father, son, chance)
            self.descend(self.objective.of({**batch, **self.hand(batch)})["loss"])
        self.network.eval()

    def _family(self, lr: Tensor) -> tuple[Tensor, Tensor]:
        """Return the LR image cropped to a multiple of the scale, and its bicubic reduction."""
        scale = scale_of(self.network)
        height, width = (side // scale for side in lr.shape[-2:])
        if min(height, width) < self.crop:
            raise LearningError(f"crop: {self.crop} pixels do not fit into the reduced image of {height}x{width}")
        father = lr[..., : height * scale, : width * scale]
        reduced = resize(father.movedim(-3, -1).cpu().numpy(), (height, width))
        return father, torch.from_numpy(reduced).movedim(-1, -3).to(lr.device)

    def _cut(self, father: Tensor, son: Tensor, chance: torch.Generator) -> Fields:
        """Return an aligned crop of the son as ``lr`` and of the father as ``hr``."""
        scale = scale_of(self.network)
        top, left = (int(torch.randint(side - self.crop + 1, (), generator=chance)) for side in son.shape[-2:])
        lr = son[..., top : top + self.crop, left : left + self.crop]
        rows = slice(top * scale, (top + self.crop) * scale)
        columns = slice(left * scale, (left + self.crop) * scale)
        return {"lr": lr, "hr": father[..., rows, columns]}
