"""Clips: what is small stays, what is large is bounded, before every step and by the rate of that step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

from pipeline.clips.by_norm import ByNorm
from pipeline.clips.by_rate import ByRate
from pipeline.clips.norm_by_rate import NormByRate
from pipeline.kinds import Clip, Network, Weighted
from pipeline.learning.arithmetic import Arithmetic
from pipeline.learning.groups import over
from pipeline.learning.ranks import Ranks
from pipeline.lookup import build, names
from pipeline.losses.mse import MSE
from pipeline.optimizers.adam import Adam
from pipeline.optimizers.sgd import SGD
from pipeline.recipes.paired import Paired
from pipeline.schedules.cosine import Cosine

CLIPS: Mapping[str, Mapping[str, Any]] = {
    "by_norm": {"bound": 0.01},
    "by_rate": {"bound": 0.001},
    "norm_by_rate": {"bound": 0.001},
}
"""Options of every clip; at a rate of 0.1 each lets no element of a gradient be larger than 0.01."""
RATE, LARGEST = 0.1, 0.01
OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {
    "adam": {},
    "rmsprop": {"memory": 0.9, "momentum": 0.5},
    "sgd": {"momentum": 0.9, "decay": 1e-4},
}


class Pair(nn.Module):
    """Two layers, so that one can learn at another pace than the other; it enlarges nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = 1
        self.head = nn.Conv2d(3, 4, 1)
        self.tail = nn.Conv2d(4, 3, 1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to the same shape, both in [0, 1]."""
        restored: Tensor = self.tail(self.head(lr))
        return restored


def network() -> Pair:
    torch.manual_seed(0)
    return Pair()


def given(gradient: float, network: nn.Module) -> None:
    """Give every weight of ``network`` a gradient of this size, of both signs."""
    for number, each in enumerate(network.parameters()):
        each.grad = torch.full_like(each, gradient if number % 2 else -gradient)


def gradients(network: nn.Module) -> dict[str, Tensor]:
    return {name: each.grad.clone() for name, each in network.named_parameters() if each.grad is not None}


def weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: each.detach().clone() for name, each in network.named_parameters()}


def clip_of(name: str) -> Clip:
    clip: Clip = build("clips", {"name": name, **CLIPS[name]})
    return clip


def made(name: str, clip: str, network: Network, paces: Mapping[str, float] | None = None) -> optim.Optimizer:
    """Return the optimizer that a params.yaml with this clip would make."""
    spec = {"name": name, "rate": RATE, **OPTIMIZERS[name], "clip": {"name": clip, **CLIPS[clip]}}
    return over(build("optimizers", spec), network, paces or {})


@pytest.mark.parametrize("name", names("clips"))
def test_a_small_gradient_stays_as_it_is_to_the_bit(name: str) -> None:
    one = network()
    given(LARGEST / 100, one)
    before = gradients(one)
    clip_of(name)([{"params": list(one.parameters()), "lr": RATE}])

    assert all(torch.equal(each, gradients(one)[key]) for key, each in before.items())


@pytest.mark.parametrize("name", names("clips"))
def test_a_large_gradient_is_bounded_and_keeps_its_signs(name: str) -> None:
    one = network()
    given(1e6, one)
    before = gradients(one)
    clip_of(name)([{"params": list(one.parameters()), "lr": RATE}])
    after = gradients(one)

    assert 0 < max(float(each.abs().max()) for each in after.values()) <= LARGEST * (1 + 1e-6)
    assert all(torch.equal(before[key].sign(), each.sign()) for key, each in after.items())


@pytest.mark.parametrize("name", names("clips"))
def test_a_weight_without_a_gradient_is_passed_over(name: str) -> None:
    one = network()
    given(1e6, one)
    one.head.weight.grad = None
    clip_of(name)([{"params": list(one.parameters()), "lr": RATE}])

    assert one.head.weight.grad is None
    assert float(gradients(one)["tail.weight"].abs().max()) <= LARGEST * (1 + 1e-6)


@pytest.mark.parametrize("name", names("clips"))
@pytest.mark.parametrize("optimizer", names("optimizers"))
def test_every_optimizer_moves_as_by_gradients_that_were_clipped_before(optimizer: str, name: str) -> None:
    ours, theirs = network(), network()
    own = made(optimizer, name, ours, {"head": 0.5})
    other = over(build("optimizers", {"name": optimizer, "rate": RATE, **OPTIMIZERS[optimizer]}), theirs, {"head": 0.5})
    for step in range(3):
        for each in (ours, theirs):
            given(0.02 * 10**step, each)
        clip_of(name)(other.param_groups)
        own.step()
        other.step()

    assert all(torch.equal(each, weights(theirs)[key]) for key, each in weights(ours).items())
    assert not torch.equal(network().tail.weight, ours.tail.weight)


@pytest.mark.parametrize("bound", [0.01, 0.5])
@pytest.mark.parametrize("rate", [0.001, 0.1, 10.0])
def test_by_rate_no_weight_goes_further_than_the_bound_whatever_the_rate(bound: float, rate: float) -> None:
    one = network()
    before = weights(one)
    optimizer = over(SGD(rate, momentum=0.0, clip=ByRate(bound)), one, {"head": 0.1})
    given(1e9, one)
    optimizer.step()
    ways = {name: float((each - before[name]).abs().max()) for name, each in weights(one).items()}

    assert pytest.approx(dict.fromkeys(ways, bound), rel=1e-4) == ways  # those that learn at a tenth of the rate, too


def test_by_rate_every_element_is_clipped_by_itself() -> None:
    one = nn.Parameter(torch.zeros(4))
    one.grad = torch.tensor([-3.0, -0.25, 0.125, 7.0])
    ByRate(0.05)([{"params": [one], "lr": 0.1}])

    assert [-0.5, -0.25, 0.125, 0.5] == one.grad.tolist()


def test_by_rate_at_a_rate_of_zero_nothing_moves_and_nothing_is_clipped() -> None:
    one = network()
    before = weights(one)
    optimizer = over(SGD(RATE, clip=ByRate(0.01)), one, {"head": 0.0})
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    given(1e6, one)
    optimizer.step()

    assert all(torch.equal(before[name], each) for name, each in weights(one).items())
    assert {1e6} == {float(each.abs().max()) for each in gradients(one).values()}


def test_by_norm_all_gradients_are_one_vector_that_keeps_its_direction() -> None:
    one, two = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1))
    one.grad, two.grad = torch.tensor([2.0, -3.0]), torch.tensor([6.0])
    ByNorm(3.5)([{"params": [one], "lr": 0.1}, {"params": [two], "lr": 0.001}])

    assert pytest.approx([1.0, -1.5, 3.0], rel=1e-6) == [*one.grad.tolist(), *two.grad.tolist()]


def batch(samples: int = 4) -> dict[str, Tensor]:
    chance = torch.Generator().manual_seed(1)
    return {"lr": torch.rand(samples, 3, 5, 5, generator=chance), "hr": torch.rand(samples, 3, 5, 5, generator=chance)}


def recipe(clip: Clip | None, floor: float = 0.01, warmup: float = 0.0, weight: float = 1e4) -> Paired:
    """Return a recipe whose gradients are large."""
    optimizer = SGD(RATE, momentum=0.0, clip=clip)
    return Paired(network(), {"mse": Weighted(MSE(), weight)}, optimizer, Cosine(floor, warmup))


def test_the_bound_follows_the_schedule() -> None:
    one = recipe(ByRate(0.01))
    longest = []
    for progress in (0.0, 0.5, 0.999):
        one.pace(progress)
        one.step(batch())
        longest.append(max(float(each.abs().max()) for each in gradients(one.network).values()))
        (group,) = one.optimizers["network"].param_groups
        assert pytest.approx(0.01 / group["lr"]) == longest[-1]

    assert longest == sorted(longest)
    assert longest[-1] > 50 * longest[0]


@pytest.mark.parametrize("rate", [0.1, 0.004])
@pytest.mark.parametrize("paces", [{}, {"head": 0.1}])
def test_norm_by_rate_all_weights_together_go_no_further_than_the_bound(rate: float, paces: dict[str, float]) -> None:
    one = network()
    optimizer = over(SGD(rate, momentum=0.0, clip=NormByRate(0.02)), one, paces)
    given(1e6, one)
    optimizer.step()
    gradient = torch.cat([each.flatten() for each in gradients(one).values()])
    way = torch.cat([(each - weights(network())[name]).flatten() for name, each in weights(one).items()])

    assert pytest.approx(0.02 / rate, rel=1e-4) == float(gradient.norm())
    assert float(way.norm()) <= 0.02 * (1 + 1e-4)
    assert bool(paces) or float(way.norm()) == pytest.approx(0.02, rel=1e-4)


def test_norm_by_rate_at_a_rate_of_zero_nothing_is_clipped() -> None:
    one = network()
    given(1e6, one)
    NormByRate(0.01)([{"params": list(one.parameters()), "lr": 0.0, "pace": 1.0}])

    assert {1e6} == {float(each.abs().max()) for each in gradients(one).values()}


def test_a_training_may_begin_at_a_rate_of_zero() -> None:
    one = recipe(ByRate(0.01), warmup=0.5)
    before = weights(one.network)
    one.pace(0.0)
    one.step(batch())
    still = weights(one.network)
    one.pace(0.25)
    one.step(batch())
    ways = {name: float((each - still[name]).abs().max()) for name, each in weights(one.network).items()}

    assert all(torch.equal(before[name], each) for name, each in still.items())
    assert pytest.approx(0.01, rel=1e-4) == max(ways.values())


@dataclass(frozen=True)
class Company(Ranks):
    """One of two processes, the other of which has found ``others``."""

    others: tuple[Tensor, ...] = ()

    def share(self, parameters: Iterable[nn.Parameter]) -> None:
        for each, other in zip(parameters, self.others, strict=True):
            assert each.grad is not None
            each.grad.add_(other).div_(2)


@pytest.mark.parametrize("clip", [ByNorm(0.05), ByRate(0.01)])
def test_several_processes_clip_what_all_of_them_have_found(clip: Clip) -> None:
    """The mean of two clipped gradients would be another one: here the halves of a batch pull apart."""
    whole = batch()
    whole["hr"][2:] *= -4
    halves = [{name: field[part] for name, field in whole.items()} for part in (slice(2), slice(2, 4))]
    alone, ours, theirs = recipe(clip), recipe(clip), recipe(None)
    for each in (alone, ours, theirs):
        each.pace(0.0)
    theirs.objective.of(theirs.made(halves[1]))["loss"].backward()
    ours.ranks = Company(0, 2, tuple(gradients(theirs.network).values()))
    alone.step(whole)
    ours.step(halves[0])
    both = [weights(each.network) for each in (alone, ours)]

    assert all(torch.allclose(both[0][name], both[1][name], rtol=0, atol=1e-6) for name in both[0])
    assert not torch.allclose(both[0]["tail.weight"], weights(network())["tail.weight"], rtol=0, atol=1e-3)


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS.keys() - {"rmsprop"}))  # of which torch has none
def test_fused_kernels_get_clipped_gradients(optimizer: str) -> None:
    moved = []
    for prepared in (True, False):
        one = network()
        own = made(optimizer, "by_rate", one)
        if prepared:
            Arithmetic(torch.device("cpu"), "bf16", compiled=False).prepare([], [own])
        for step in range(4):
            given(1e4 * (step - 1.5), one)
            own.step()
        assert bool(own.param_groups[0]["fused"]) is prepared
        moved.append(weights(one))

    assert all(torch.allclose(moved[0][name], moved[1][name], rtol=0, atol=1e-6) for name in moved[0])


def test_without_a_clip_no_gradient_is_touched() -> None:
    one = network()
    optimizer = over(Adam(RATE), one, {})
    given(1e6, one)
    optimizer.step()

    assert {1e6} == {float(each.abs().max()) for each in gradients(one).values()}
