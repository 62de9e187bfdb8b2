"""Games: their losses on numbers worked out by hand, and what holds for all of them."""

from math import exp, log
from typing import Any

import pytest
import torch
from torch import Tensor

from pipeline.kinds import Game
from pipeline.lookup import build, names

FAR = (-log(0.75 * 0.25) + log(1 + exp(5)) + log(1 + exp(-5))) / 4
HALF, THREE = [2.0, 0.5], [log(3), 0.0]
BY_HAND: list[tuple[dict[str, Any], list[float], list[float], float, float]] = [
    ({"name": "hinge"}, HALF, [-2.0, 0.5], 0.25 + 0.75, 0.75),
    ({"name": "least_squares"}, HALF, [-2.0, 0.5], (0.625 + 2.125) / 2, 4.625),
    ({"name": "least_squares", "norm": "l1"}, HALF, [-2.0, 0.5], (0.75 + 1.25) / 2, 1.75),
    ({"name": "vanilla"}, THREE, [-log(3), 0.0], -log(0.75 * 0.5), -log(0.25 * 0.5) / 2),
    ({"name": "relativistic"}, [1 + log(3)] * 2, [1.0, 1.0], -log(0.75), -log(0.25)),
    ({"name": "relativistic"}, [log(3), -log(3)], [5.0, -5.0], FAR, FAR),
]
"""The game, what the critic says of the real and of the fake, what the critic loses, and what the players lose."""
GAMES = [{"name": name} for name in names("games")] + [{"name": "least_squares", "norm": "l1"}]


def game_of(spec: dict[str, Any]) -> Game:
    game: Game = build("games", spec)
    return game


def said(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("spec", "real", "fake", "critic", "player"), BY_HAND)
def test_the_losses_are_those_worked_out_by_hand(
    spec: dict[str, Any], real: list[float], fake: list[float], critic: float, player: float
) -> None:
    game = game_of(spec)
    lost = game.critic(torch.tensor(real), torch.tensor(fake)), game.player(torch.tensor(real), torch.tensor(fake))

    assert pytest.approx((critic, player), rel=1e-6) == tuple(map(float, lost))


def test_every_game_is_worked_out_by_hand() -> None:
    assert set(names("games")) == {spec["name"] for spec, *_ in BY_HAND}


@pytest.mark.parametrize("spec", GAMES, ids=str)
@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 1, 3, 5)])
def test_a_loss_is_one_number_whatever_the_critic_says_of(spec: dict[str, Any], shape: tuple[int, ...]) -> None:
    game, real, fake = game_of(spec), said(1, *shape), said(2, *shape)
    flat = game_of(spec).critic(real.flatten(), fake.flatten())

    assert [(), ()] == [tuple(each.shape) for each in (game.critic(real, fake), game.player(real, fake))]
    torch.testing.assert_close(flat, game.critic(real, fake))


@pytest.mark.parametrize("spec", GAMES, ids=str)
def test_who_tells_well_loses_less_and_the_players_more(spec: dict[str, Any]) -> None:
    game, one, zero = game_of(spec), torch.ones(4), torch.zeros(4)

    assert game.critic(one, zero) < game.critic(zero, one)
    assert game.player(one, zero) > game.player(zero, one)


@pytest.mark.parametrize("spec", GAMES, ids=str)
def test_the_players_gain_where_the_critic_says_more_of_the_fake(spec: dict[str, Any]) -> None:
    fake = (said(2, 6) - 1).clamp(max=0.5).requires_grad_()
    game_of(spec).player(said(1, 6), fake).backward()

    assert fake.grad is not None
    assert (fake.grad < 0).all()


@pytest.mark.parametrize("spec", GAMES, ids=str)
def test_only_a_relative_game_reads_the_real_for_the_players(spec: dict[str, Any]) -> None:
    game, fake = game_of(spec), said(2, 6)
    with_real, without = (game.player(real, fake) for real in (said(1, 6), torch.empty(0)))

    assert game.relative == bool(torch.isnan(without))
    assert game.relative or torch.equal(with_real, without)


@pytest.mark.parametrize("spec", GAMES, ids=str)
def test_losses_of_a_critic_that_is_sure_are_finite(spec: dict[str, Any]) -> None:
    game, sure = game_of(spec), torch.full((3,), 1e4)
    lost = [game.critic(sure, -sure), game.critic(-sure, sure), game.player(sure, -sure), game.player(-sure, sure)]

    assert torch.isfinite(torch.stack(lost)).all()
