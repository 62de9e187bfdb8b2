"""Learning a distribution of HR given LR: the network says how many bits the truth takes, and learns to take fewer.

Dahl, Norouzi, Shlens, "Pixel Recursive Super Resolution", ICCV 2017, arXiv:1702.00783, section 3.3.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from pipeline.errors import LearningError
from pipeline.fields import needs, pick
from pipeline.kinds import Fields, Network, Optimizer, Schedule, Supplied
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing
from pipeline.learning.recipe import Recipe, Scalars, parts_of

__all__ = ["Autoregressive"]


@runtime_checkable
class Distribution(Protocol):
    """A network that knows how likely an image is."""

    def bits(self, lr: Tensor, hr: Tensor) -> dict[str, Tensor]:
        """Return bits for each pixel of ``hr`` as 0-d tensors, ``bits`` by all that it knows."""


class Autoregressive(Recipe):
    """Minimises the sum of the bits that the network says: of the whole, and of its parts alone.

    So a part that the others could do without stays useful: without ``bits_alone`` the prior of pixel-recursive SR
    learns to explain everything, and what is drawn has nothing to do with LR. Held-out images (``validate``) are judged
    by the same bits, which stand in the curve.

    Args:
        network: a network that knows how likely an image is (``pixel_recursive``).
        optimizer: moves the weights.
        schedule: the factor of the learning rate over progress.
    """

    def __init__(self, network: Supplied[Network], optimizer: Optimizer, schedule: Schedule) -> None:
        super().__init__()
        if not isinstance(network, Distribution):
            name = type(network).__name__
            raise LearningError(f"network: `{name}` knows no distribution to learn; `pixel_recursive` does")
        self.network = network
        self.optimizers = {"network": over(optimizer, network, {})}
        self.schedule = schedule
        self.hand = Handing(network)

    @property
    def reads(self) -> set[str]:
        """The fields that bits are counted of."""
        return {*needs(self.network.bits)}

    @torch.no_grad()
    def restore(self, batch: Fields) -> Fields:
        """Draw an image."""
        return self.hand(batch)

    def step(self, batch: Fields) -> Scalars:
        """Learn once; ``loss`` is the sum of all bits."""
        self.forget()
        told = [self._gather(part) for part in parts_of(batch, self.accumulate)]
        self.move()
        return {name: torch.stack([each[name] for each in told]).mean() for name in told[0]}

    @torch.no_grad()
    def judge(self, batch: Fields) -> Scalars:
        """Return the bits of held-out ``batch``."""
        with self.arithmetic.forward():
            return self._bits(batch)

    def _gather(self, part: Fields) -> Scalars:
        """Add the gradients of one part of a batch."""
        with self.arithmetic.forward():
            told = self._bits(part)
        (told["loss"] / self.accumulate).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return {name: each.detach() for name, each in told.items()}

    def _bits(self, batch: Fields) -> Scalars:
        network: Distribution = self.network
        bits = network.bits(**pick(needs(network.bits), batch, type(network).__name__))
        return {**bits, "loss": torch.stack([*bits.values()]).sum()}
