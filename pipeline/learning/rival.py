"""The block of params.yaml that brings a critic into a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.bounds import NotNegative
    from pipeline.kinds import Described, Game, Network, Optimizer


@dataclass(frozen=True)
class Rival:
    """A critic, which learns to tell one field of a batch from another, and what the players learn of it.

    Args:
        network: the critic; it reads ``image``.
        game: what it plays with the players.
        weight: what the players' loss in the game is multiplied by.
        optimizer: moves the critic's weights, by the recipe's schedule.
        real: the field that it learns to tell from ``fake``.
        fake: the field, made by the players, that it judges.
        noise: sigma of the Gaussian noise on what the critic sees while it learns, not while it judges the players
            (KernelGAN: 1/255).
        sees: ``high``: the high frequencies alone, brought to 0.5 + 0.5 (image - its 5x5 mean) (DSGAN, ESRGAN-FS).
    """

    network: Described[Network]
    game: Described[Game]
    weight: NotNegative
    optimizer: Described[Optimizer]
    real: str
    fake: str
    noise: NotNegative = 0.0
    sees: Literal["all", "high"] = "all"
