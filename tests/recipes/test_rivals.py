"""Players and critics: who learns when and from what, and that neither moves the other."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn.functional import softplus

from pipeline.errors import BatchError, LearningError
from pipeline.kinds import Fields, Weighted
from pipeline.learning import rivals
from pipeline.learning.descent import Descent
from pipeline.learning.ranks import Ranks
from pipeline.learning.recipe import parts_of
from pipeline.learning.rival import Rival
from pipeline.learning.rivals import Rivals
from pipeline.losses.l1 import L1
from pipeline.networks.bicubic import Bicubic
from pipeline.optimizers.adam import Adam
from pipeline.recipes.unpaired import Unpaired
from pipeline.schedules.constant import Constant
from tests.recipes.test_laws import Tiny, adversarial, batch_of, flat, learn, rival, unpaired
from tests.tinies import with_tinies

PATCHES: Mapping[str, Rival] = {"patches": rival("tiny_critic", "hinge", "hr", "sr")}
PIXELS: Mapping[str, Rival] = {"pixels": rival("plain", "vanilla", "hr", "sr", noise=0.0)}


class Plain(nn.Module):
    """A critic without state beside its weights, which remembers what it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.judge = nn.Conv2d(3, 1, 3)
        self.seen: list[tuple[Tensor, bool]] = []

    def forward(self, image: Tensor) -> Tensor:
        self.seen.append((image.detach().clone(), self.judge.weight.requires_grad))
        said: Tensor = self.judge(image)
        return said


@pytest.fixture
def plain(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """Let rivals name ``plain``, too."""
    monkeypatch.setattr(rivals, "build", with_tinies({"plain": Plain}))
    return tiny


def gradients(module: nn.Module) -> list[Tensor | None]:
    return [parameter.grad for parameter in module.parameters()]


def weights(module: nn.Module) -> dict[str, Any]:
    return flat({name: each.detach() for name, each in module.named_parameters()})


def moved(recipe: Descent, batch: Fields) -> set[str]:
    """Return which players and critics a step moves; the bias of a critic's last layer may cancel out."""
    before = {name: weights(module) for name, module in sides(recipe).items()}
    recipe.step(batch)
    return {name for name, module in sides(recipe).items() if weights(module) != before[name]}


def sides(recipe: Descent) -> dict[str, nn.Module]:
    return {name: getattr(recipe, name) for name in recipe.keeps} | dict(recipe.rivals.critics.named_children())


# --- who learns -----------------------------------------------------------------------------------------------------


def test_a_step_moves_the_network_and_every_critic(tiny: Tiny) -> None:
    assert {"network", "critic_patches", "critic_images"} == moved(adversarial(tiny), batch_of(["lr", "hr"]))


def test_what_players_lose_leaves_no_gradient_in_critics(tiny: Tiny) -> None:
    recipe = adversarial(tiny)
    recipe.losses(batch_of(["lr", "hr"]))["loss"].backward()

    assert not any(each is None for each in gradients(recipe.network))
    assert all(each is None for each in gradients(recipe.rivals))
    assert all(parameter.requires_grad for parameter in recipe.rivals.parameters())


def test_what_critics_lose_leaves_no_gradient_in_players(tiny: Tiny) -> None:
    recipe = adversarial(tiny)
    recipe.rivals.against_critics(recipe.made(batch_of(["lr", "hr"])))["loss"].backward()

    assert all(each is None for each in gradients(recipe.network))
    assert not any(each is None for each in gradients(recipe.rivals))


def test_players_are_taught_by_critics_through_the_image_they_made(tiny: Tiny) -> None:
    recipe, batch = adversarial(tiny), batch_of(["lr", "hr"])
    recipe.objective.of(recipe.made(batch))["loss"].backward()
    alone = [each.clone() for each in gradients(recipe.network) if each is not None]
    recipe.network.zero_grad()
    recipe.losses(batch)["loss"].backward()
    together = [each for each in gradients(recipe.network) if each is not None]

    assert not any(torch.equal(*each) for each in zip(alone, together, strict=True))


def test_a_weight_of_nothing_teaches_the_players_what_they_learn_alone(tiny: Tiny) -> None:
    torch.manual_seed(0)
    mute = adversarial(tiny, {"patches": rival("tiny_critic", "hinge", "hr", "sr", weight=0.0)})
    alone = adversarial(tiny, {})
    alone.network.load_state_dict(mute.network.state_dict())
    batch = batch_of(["lr", "hr"])
    learn(mute, batch, range(3), 3)
    learn(alone, batch, range(3), 3)

    assert weights(alone.network) == weights(mute.network)


def test_a_critic_learns_to_tell_the_real_from_the_fake(tiny: Tiny) -> None:
    torch.manual_seed(0)
    judge = Rivals({"images": rival("tiny_judge", "vanilla", "hr", "sr")})
    batch = {"hr": batch_of(["hr"])["hr"], "sr": batch_of(["hr"])["hr"].flip(1)}
    losses = []
    for _ in range(150):
        judge.zero_grad()
        lost = judge.against_critics(batch)["loss"]
        lost.backward()
        judge.optimizers["critic_images"].step()
        losses.append(float(lost.detach()))

    assert losses[-1] < losses[0] / 4


# --- the order of a step --------------------------------------------------------------------------------------------


def esrgan(network: nn.Module, critic: nn.Module, batch: Fields, steps: int) -> None:
    """Learn as section 3 of ESRGAN has it, written out: first the network, then the critic."""
    generator = optim.Adam(network.parameters(), lr=0.01)
    discriminator = optim.Adam(critic.parameters(), lr=0.01)
    for _ in range(steps):
        fake = network(batch["lr"])
        real_said, fake_said = critic(batch["hr"]).detach(), critic(fake)
        lost = softplus(real_said.mean() - fake_said).mean() + softplus(real_said - fake_said.mean()).mean()
        generator.zero_grad()
        ((fake - batch["hr"]).abs().mean() + 0.1 * lost / 2).backward()
        generator.step()
        real_said, fake_said = critic(batch["hr"]), critic(fake.detach())
        lost = softplus(fake_said.mean() - real_said).mean() + softplus(fake_said - real_said.mean()).mean()
        discriminator.zero_grad()
        (lost / 2).backward()
        discriminator.step()


@pytest.mark.parametrize("critic", ["tiny_critic", "tiny_judge"])
def test_a_step_is_that_of_esrgan_written_out(tiny: Tiny, critic: str) -> None:
    torch.manual_seed(0)
    recipe = adversarial(tiny, {"d": rival(critic, "relativistic", "hr", "sr")})
    network, judge = copy.deepcopy(recipe.network), copy.deepcopy(recipe.rivals.critics["critic_d"])
    batch = batch_of(["lr", "hr"])
    esrgan(network, judge, batch, steps=3)
    for _ in range(3):
        recipe.step(batch)

    assert recipe.network.state_dict().keys() == network.state_dict().keys()
    for ours, theirs in [(recipe.network, network), (recipe.rivals.critics["critic_d"], judge)]:
        for key, tensor in theirs.state_dict().items():
            torch.testing.assert_close(tensor, ours.state_dict()[key], rtol=1e-4, atol=1e-6)


def test_turns_are_steps_of_the_critics_each_with_a_batch_of_its_own(plain: Tiny) -> None:
    recipe, batch = adversarial(plain, PIXELS, turns=3), batch_of(["lr", "hr"], count=6)
    recipe.step(batch)
    critic: Any = recipe.rivals.critics["critic_pixels"]
    early, middle, last = (part["hr"] for part in parts_of(batch, 3))
    images = [image for image, _ in critic.seen]

    assert [True, True, True, True, False, True, True] == [learning for _, learning in critic.seen]
    for number, real in [(0, early), (2, middle), (5, last)]:
        assert torch.equal(real, images[number])


def test_a_batch_is_enlarged_once_for_each_turn_and_the_last_one_for_both_sides(plain: Tiny) -> None:
    recipe = adversarial(plain, PIXELS, turns=2)
    grown: list[bool] = []
    recipe.network.register_forward_hook(lambda _network, _input, output: grown.append(output.requires_grad))
    recipe.step(batch_of(["lr", "hr"], count=4))
    critic: Any = recipe.rivals.critics["critic_pixels"]
    *_, for_players, _, for_critics = [image for image, _ in critic.seen]

    assert [False, True] == grown
    assert torch.equal(for_players, for_critics)


def test_players_move_once_in_a_step_whatever_the_turns(plain: Tiny) -> None:
    recipe = adversarial(plain, PIXELS, turns=3)
    recipe.step(batch_of(["lr", "hr"], count=6))
    steps = {name: {int(s["step"]) for s in each.state.values()} for name, each in recipe.optimizers.items()}

    assert {"network": {1}, "critic_pixels": {3}} == steps


@pytest.mark.parametrize(("game", "turns", "passes"), [("hinge", 1, 3), ("relativistic", 1, 4), ("hinge", 3, 7)])
def test_a_critic_goes_on_with_its_statistics_in_each_of_its_passes(
    tiny: Tiny, game: str, turns: int, passes: int
) -> None:
    recipe = adversarial(tiny, {"d": rival("tiny_judge", game, "hr", "sr")}, turns=turns)
    recipe.step(batch_of(["lr", "hr"], count=2 * turns))

    assert passes == int(recipe.rivals.state_dict()["critics.critic_d.see.1.num_batches_tracked"])


@pytest.mark.parametrize("critic", ["tiny_critic", "tiny_judge"])
def test_a_critic_does_not_write_over_the_statistics_that_its_last_pass_was_made_with(tiny: Tiny, critic: str) -> None:
    """A compiled pass keeps the very tensors for its way back."""
    judge = Rivals({"d": rival(critic, "hinge", "hr", "sr")})
    passes: list[list[tuple[Tensor, int]]] = []
    judge.critics["critic_d"].register_forward_hook(
        lambda network, _input, _output: passes.append([(each, each._version) for each in network.buffers()])
    )
    judge.against_critics(batch_of(["lr", "hr"]) | {"sr": batch_of(["hr"])["hr"].flip(1)})

    assert 2 == len(passes)
    assert passes[0]
    assert all(each._version == version for each, version in passes[0])


def test_judging_moves_neither_side(tiny: Tiny) -> None:
    recipe = adversarial(tiny).eval()
    before = flat(recipe.progress_state())
    judged = recipe.judge(batch_of(["lr", "hr"]))

    assert before == flat(recipe.progress_state())
    assert {"l1", "player_patches", "player_images", "loss"} == judged.keys()


@pytest.mark.parametrize("turns", [1, 2])
def test_a_batch_taken_in_parts_teaches_both_sides_the_same(plain: Tiny, turns: int) -> None:
    torch.manual_seed(0)
    whole = adversarial(plain, PIXELS, turns=turns)
    apart = adversarial(plain, PIXELS, turns=turns)
    apart.load_state_dict(whole.state_dict())
    apart.accumulate = 2
    batch = batch_of(["lr", "hr"], count=4 * turns)
    told = [recipe.step(batch) for recipe in (whole, apart)]

    for name in told[0]:
        torch.testing.assert_close(told[0][name], told[1][name])
    for key, tensor in whole.state_dict().items():
        torch.testing.assert_close(tensor, apart.state_dict()[key], rtol=1e-4, atol=1e-5)


def test_ranks_share_the_gradients_of_each_side_once(plain: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[int] = []
    recipe = adversarial(plain, PIXELS, turns=2)
    monkeypatch.setattr(Ranks, "share", lambda _self, parameters: shared.append(len([*parameters])))
    recipe.step(batch_of(["lr", "hr"], count=4))
    network, critic = len([*recipe.network.parameters()]), len([*recipe.rivals.parameters()])

    assert [critic, network, critic] == shared


# --- what a critic sees ---------------------------------------------------------------------------------------------


def seen_by(plain: Tiny, batch: Fields, **changes: Any) -> list[Tensor]:
    """Return what a critic sees: the fake as players play, then real and fake as it learns."""
    judge = Rivals({"d": rival("plain", "hinge", "hr", "sr", **changes)})
    judge.against_players(batch)
    judge.against_critics(batch)
    critic: Any = judge.critics["critic_d"]
    return [image for image, _ in critic.seen]


def test_a_critic_sees_the_fields_as_they_are(plain: Tiny) -> None:
    batch = {"hr": torch.rand(1, 3, 8, 8), "sr": torch.rand(1, 3, 8, 8)}

    wanted = [batch["sr"], batch["hr"], batch["sr"]]
    assert all(torch.equal(*each) for each in zip(wanted, seen_by(plain, batch), strict=True))


def test_noise_of_its_sigma_is_on_what_a_critic_learns_from_and_not_on_what_players_are_told(plain: Tiny) -> None:
    batch = {"hr": torch.rand(1, 3, 64, 64), "sr": torch.rand(1, 3, 64, 64)}
    told, *learnt = seen_by(plain, batch, noise=0.1)
    apart = [image - batch[name] for image, name in zip(learnt, ("hr", "sr"), strict=True)]

    assert torch.equal(batch["sr"], told)
    assert pytest.approx([0.1, 0.1], rel=0.05) == [float(each.std()) for each in apart]
    assert not torch.equal(*apart)


def test_high_frequencies_alone_are_around_a_half(plain: Tiny) -> None:
    flat_image = torch.full((1, 3, 8, 8), 0.9)
    batch = {"hr": flat_image, "sr": torch.rand(1, 3, 8, 8)}
    told, real, _ = seen_by(plain, batch, sees="high")

    torch.testing.assert_close(torch.full((1, 3, 8, 8), 0.5), real)
    middle = batch["sr"][..., 4, 4] - batch["sr"][..., 2:7, 2:7].mean((-2, -1))
    torch.testing.assert_close(0.5 + 0.5 * middle, told[..., 4, 4])


def test_a_rival_that_reads_what_is_not_there_is_named(plain: Tiny) -> None:
    judge = Rivals({"d": rival("plain", "hinge", "ref", "sr")})

    with pytest.raises(BatchError, match=r"rival `d` reads \['ref'\]; there are only \['hr', 'sr'\]"):
        judge.against_players({"hr": torch.rand(1, 3, 4, 4), "sr": torch.rand(1, 3, 4, 4)})


def test_images_too_small_for_a_critic_are_told_before_anything_moves(tiny: Tiny) -> None:
    recipe = adversarial(
        tiny, {"patches": PATCHES["patches"], "d": rival("kernel_critic", "hinge", "hr", "sr")}, turns=2
    )
    batch = {name: field[..., :7, :9] for name, field in batch_of(["lr", "hr"]).items()}
    batch["lr"] = batch["lr"][..., :3, :4]
    before = {name: weights(module) for name, module in sides(recipe).items()}

    with pytest.raises(
        LearningError, match=r"rivals.d: `kernel_critic` judges .* 8x8 .* `hr` have 7x9; enlarge `patch`"
    ):
        recipe.step(batch)
    assert before == {name: weights(module) for name, module in sides(recipe).items()}


def test_a_step_tells_what_each_side_lost_by_name(tiny: Tiny) -> None:
    told = adversarial(tiny).step(batch_of(["lr", "hr"]))
    total = told["l1"] + 0.1 * told["player_patches"] + 0.1 * told["player_images"]

    assert {"l1", "player_patches", "player_images", "critic_patches", "critic_images", "loss"} == told.keys()
    torch.testing.assert_close(total, told["loss"])
    assert not any(each.requires_grad for each in told.values())


# --- learning of degradations ---------------------------------------------------------------------------------------


class Telling(nn.Module):
    """A degrader that tells its kernel beside what it makes."""

    scale = 2

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(2, 2))

    def forward(self, hr: Tensor) -> Fields:
        kernel = self.weights.softmax(-1).softmax(0)[None]
        return {"lr": nn.functional.conv2d(hr, kernel.expand(3, 1, 2, 2), stride=2, groups=3), "kernel": kernel}


class Sum(nn.Module):
    """How far the sum of a kernel is from one."""

    def forward(self, kernel: Tensor) -> Tensor:
        return (1 - kernel.sum()).abs()


def internal(**changes: Any) -> Unpaired:
    """Learn a degrader alone, as KernelGAN does."""
    losses: dict[str, Weighted[nn.Module]] = {"sum": Weighted(Sum(), 1.0)}
    small = {"crops": rival("tiny_critic", "least_squares", "lr", "lr_made", noise=1 / 255)}
    given = {"losses": losses, "rivals": small, **changes}
    return Unpaired(Bicubic(2), Telling(), given["losses"], given["rivals"], Adam(0.01), Constant())


def test_a_degrader_learns_alone_beside_a_network_without_weights(tiny: Tiny) -> None:
    recipe = internal()

    assert {"lr", "hr"} == recipe.reads
    assert {"degrader", "critic_crops"} == moved(recipe, batch_of(["lr", "hr"]))


def test_what_the_degrader_tells_beside_lr_joins_the_batch(tiny: Tiny) -> None:
    made = internal().made(batch_of(["lr", "hr"]))

    assert {"lr", "hr", "lr_made", "kernel"} == made.keys()
    assert torch.equal(batch_of(["lr"])["lr"], made["lr"])


def test_what_nobody_reads_is_not_made(tiny: Tiny) -> None:
    cycle = unpaired(tiny).made(batch_of(["lr", "hr"]))
    half: dict[str, Weighted[nn.Module]] = {
        "hr": Weighted(L1(), 1.0, {"sr": "hr_cycle"}),
        "lr": Weighted(L1(), 1.0, {"sr": "lr_made", "hr": "lr"}),
    }
    recipe = Unpaired(tiny("tiny_image"), tiny("tiny_degrader"), half, {}, Adam(0.01), Constant())

    assert {"lr", "hr", "sr", "lr_made", "lr_cycle", "hr_cycle"} == cycle.keys()
    assert {"lr", "hr", "lr_made", "hr_cycle"} == recipe.made(batch_of(["lr", "hr"])).keys()


@pytest.mark.parametrize(("through", "taught"), [("both", True), ("last", False)])
def test_a_cycle_teaches_both_networks_or_the_one_that_closes_it(tiny: Tiny, through: str, taught: bool) -> None:
    losses: dict[str, Weighted[nn.Module]] = {
        "hr": Weighted(L1(), 1.0, {"sr": "hr_cycle"}),
        "made": Weighted(L1(), 0.0, {"sr": "lr_made", "hr": "lr"}),
    }
    pair = tiny("tiny_image"), tiny("tiny_degrader")
    recipe = Unpaired(*pair, losses, {}, Adam(0.01), Constant(), through=through)  # type: ignore[arg-type]  # a word
    recipe.losses(batch_of(["lr", "hr"]))["loss"].backward()

    assert all(each is not None and each.any() for each in gradients(recipe.network))
    assert taught == any(each is not None and bool(each.any()) for each in gradients(recipe.degrader))


def test_a_network_that_only_a_cycle_through_the_other_would_teach_is_refused(tiny: Tiny) -> None:
    losses: dict[str, Weighted[nn.Module]] = {"hr": Weighted(L1(), 1.0, {"sr": "hr_cycle"})}

    with pytest.raises(LearningError, match="degrader: has weights, but no loss"):
        Unpaired(tiny("tiny_image"), tiny("tiny_degrader"), losses, {}, Adam(0.01), Constant(), through="last")


def test_a_network_that_nobody_judges_is_refused(tiny: Tiny) -> None:
    losses: dict[str, Weighted[nn.Module]] = {"lr": Weighted(L1(), 1.0, {"sr": "lr_made", "hr": "lr"})}

    with pytest.raises(LearningError, match="network: has weights, but no loss and no rival reads what it makes: `hr_"):
        Unpaired(tiny("tiny_image"), tiny("tiny_degrader"), losses, {}, Adam(0.01), Constant())


def test_a_way_back_that_cannot_be_gone_is_told(tiny: Tiny) -> None:
    losses: dict[str, Weighted[nn.Module]] = {"hr": Weighted(L1(), 1.0, {"sr": "hr_cycle"})}
    recipe = Unpaired(Bicubic(2), tiny("tiny_degrader"), losses, {}, Adam(0.01), Constant())

    with pytest.raises(BatchError, match=r"Bicubic reads \['ilr'\]; there are only \['lr'\]"):
        recipe.step(batch_of(["lr", "hr"]))


def test_an_unpaired_step_moves_both_networks_and_every_critic(tiny: Tiny) -> None:
    both = {
        "small": rival("tiny_critic", "hinge", "lr", "lr_made"),
        "large": rival("tiny_judge", "hinge", "hr", "sr"),
    }

    wanted = {"network", "degrader", "critic_small", "critic_large"}
    assert wanted == moved(unpaired(tiny, both, turns=2), batch_of(["lr", "hr"], count=4))
