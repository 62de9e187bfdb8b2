"""Critics that learn beside the players: what they see, what they lose, and what the players lose to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn, optim

from pipeline.blocks.frequencies import high_pass
from pipeline.errors import LearningError
from pipeline.fields import pick
from pipeline.kinds import Fields, Game
from pipeline.learning.groups import over
from pipeline.learning.rival import Rival
from pipeline.lookup import build

COLOURS = 3
"""The channels that critics judge."""


class Rivals(nn.Module):
    """The critics of a recipe by name, each with its game and its optimizer.

    A critic runs in the mode of the recipe whoever learns: the statistics of its batch normalisation and the power
    iterations of its spectral normalisation go on in each of its passes, the players' among them, as in the code of
    SRGAN's and ESRGAN's ports, CycleGAN and KernelGAN. A critic that cannot judge the smallest images says beside
    itself which it can: ``least``, their height and width in pixels.

    Args:
        rivals: their settings, by name.
    """

    def __init__(self, rivals: Mapping[str, Rival]) -> None:
        super().__init__()
        self.settings = dict(rivals)
        self.critics = nn.ModuleDict({_key(name): build("networks", each.network) for name, each in rivals.items()})
        self.games: dict[str, Game] = {name: build("games", each.game) for name, each in rivals.items()}
        self.optimizers: dict[str, optim.Optimizer] = {
            _key(name): over(build("optimizers", each.optimizer), self.critics[_key(name)], {})
            for name, each in rivals.items()
        }

    @property
    def reads(self) -> set[str]:
        """The fields that the critics judge."""
        return {field for each in self.settings.values() for field in (each.real, each.fake)}

    def against_players(self, batch: Fields) -> tuple[Fields, Tensor]:
        """Return what the players lose in each game as ``player_<name>``, and the weighted sum.

        Gradients pass through the critics, and stop at their weights.
        """
        lost = {name: self._lost_by_players(name, batch) for name in self.settings}
        total = torch.stack([self.settings[name].weight * each for name, each in lost.items()]).sum()
        return {f"player_{name}": each for name, each in lost.items()}, total

    def against_critics(self, batch: Fields) -> Fields:
        """Return what each critic loses as ``critic_<name>``, and their sum as ``loss``; the fields are detached."""
        lost = {_key(name): self._lost_by_critic(name, batch) for name in self.settings}
        return {**lost, "loss": torch.stack([*lost.values()]).sum()}

    def _lost_by_players(self, name: str, batch: Fields) -> Tensor:
        rival, game, critic = self.settings[name], self.games[name], self.critics[_key(name)]
        seen = self._seen(name, batch)
        with _frozen(critic):
            with torch.no_grad():
                real = _said(critic, _view(rival, seen[rival.real])) if game.relative else torch.empty(0)
            fake = _said(critic, _view(rival, seen[rival.fake]))
        return game.player(real, fake)

    def _lost_by_critic(self, name: str, batch: Fields) -> Tensor:
        rival, critic = self.settings[name], self.critics[_key(name)]
        seen = self._seen(name, batch)
        real = _said(critic, _noisy(rival, _view(rival, seen[rival.real].detach())))
        _renew_buffers(critic)
        fake = _said(critic, _noisy(rival, _view(rival, seen[rival.fake].detach())))
        return self.games[name].critic(real, fake)

    def _seen(self, name: str, batch: Fields) -> Fields:
        """Return the fields that the critic ``name`` tells apart.

        Raises:
            LearningError: the images of one are smaller than what the critic can judge.
        """
        rival, least = self.settings[name], getattr(self.critics[_key(name)], "least", 1)
        seen = pick((rival.real, rival.fake), batch, f"rival `{name}`")
        for field, image in seen.items():
            height, width = image.shape[-2:]
            if min(height, width) < least:
                raise LearningError(
                    f"rivals.{name}: `{rival.network['name']}` judges patches of at least {least}x{least} pixels, "
                    f"those of `{field}` have {height}x{width}; enlarge `patch`"
                )
        return seen


def _key(name: str) -> str:
    """Return what a rival's loss, critic and optimizer are called; torch keeps some bare names for itself."""
    return f"critic_{name}"


def _said(critic: nn.Module, image: Tensor) -> Tensor:
    """Return the critic's raw outputs in float32, whatever it computes in."""
    said: Tensor = critic(image=image)
    return said.float()


def _view(rival: Rival, image: Tensor) -> Tensor:
    """Return what the critic sees of ``image``; a grey one as three equal channels."""
    image = image.expand(-1, COLOURS, -1, -1) if image.shape[1] == 1 else image
    return 0.5 + 0.5 * high_pass(image) if rival.sees == "high" else image


def _noisy(rival: Rival, image: Tensor) -> Tensor:
    """Add the rival's noise, drawn on the CPU, whose generator the checkpoint keeps."""
    if not rival.noise:
        return image
    return image + (rival.noise * torch.randn(image.shape)).to(image.device, image.dtype)


def _renew_buffers(critic: nn.Module) -> None:
    """Let the next pass write statistics beside those of the last one, which a compiled backward pass will read."""
    for module in critic.modules():
        for name, buffer in [*module.named_buffers(recurse=False)]:
            setattr(module, name, buffer.clone())


@contextmanager
def _frozen(critic: nn.Module) -> Iterator[None]:
    """Let no gradient reach the weights of ``critic``."""
    learning = [parameter for parameter in critic.parameters() if parameter.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
