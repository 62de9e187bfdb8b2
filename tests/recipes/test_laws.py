"""Recipes: each learns, each continues as if it had never stopped, and none learns where it must not."""

import copy
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

from pipeline.clips.by_norm import ByNorm
from pipeline.clips.by_rate import ByRate
from pipeline.errors import LearningError
from pipeline.fields import FIELDS, needs
from pipeline.images.resize import resize
from pipeline.kinds import Clip, Described, Fields, Weighted
from pipeline.learning.fathers import Fathers
from pipeline.learning.recipe import Recipe
from pipeline.learning.rival import Rival
from pipeline.learning.slope import Slope
from pipeline.lookup import build, names
from pipeline.losses.l1 import L1
from pipeline.losses.mse import MSE
from pipeline.optimizers.adam import Adam
from pipeline.optimizers.sgd import SGD
from pipeline.pairs.batches import channels_first
from pipeline.pairs.derive import derived
from pipeline.recipes.adversarial import Adversarial
from pipeline.recipes.autoregressive import Autoregressive
from pipeline.recipes.fixed import Fixed
from pipeline.recipes.paired import Paired
from pipeline.recipes.sparse_coding import SparseCoding
from pipeline.recipes.unpaired import Unpaired
from pipeline.recipes.zero_shot import ZeroShot
from pipeline.schedules.constant import Constant
from pipeline.schedules.cosine import Cosine
from pipeline.schedules.linear import Linear
from tests.nets import PLACES, RESTORERS, at_scale, places

Tiny: TypeAlias = Callable[[str], nn.Module]

SCALE = 2
SMALL: Mapping[str, Mapping[str, Any]] = {
    "carn": {"cascades": 2, "blocks": 2, "features": 16},
    "carn_m": {"cascades": 2, "turns": 2, "features": 16},
    "cnf": {"depths": [3, 5], "widths": [8, 8]},
    "dbpn": {"stages": 2, "extracted": 16, "features": 8},
    "drcn": {"recursions": 4, "features": 16},
    "drrn": {"recursions": 3, "features": 16},
    "dwsr": {"layers": 4, "features": 16},
    "edsr": {"blocks": 1, "features": 8},
    "edsr_liif": {"blocks": 1, "features": 8, "width": 32, "hidden": 2},
    "edsr_non_local": {"half": 1, "features": 8},
    "edsr_pp": {"blocks": 1, "features": 8},
    "espcn": {"widths": [16, 8]},
    "feqe": {"blocks": 2},
    "idn": {"blocks": 2, "kept": 4},
    "lapsrn": {"layers": 3, "features": 16},
    "low_to_high": {"blocks": [2, 1], "widths": [16, 12, 8]},
    "lrfnet": {"kernel": 5, "blocks": 2, "features": 16},
    "mdsr": {"blocks": 1, "features": 8},
    "memnet": {"blocks": 2, "recursions": 2, "features": 16},
    "meta_rdn": {"blocks": 2, "layers": 2, "growth": 8, "features": 8, "width": 32},
    "ms_lapsrn": {"layers": 2, "recursions": 2, "features": 16},
    "msrn": {"blocks": 1, "features": 8},
    "msrresnet": {"blocks": 1, "features": 8},
    "mwcnn": {"widths": [8, 8, 8], "layers": 1},
    "rcan": {"groups": 1, "blocks": 2, "features": 8, "reduction": 4},
    "rdn": {"blocks": 2, "layers": 2, "growth": 8, "features": 8},
    "rdn_liif": {"blocks": 2, "layers": 2, "growth": 8, "features": 8, "width": 32, "hidden": 2},
    "red": {"layers": 5, "features": 16},
    "scsr": {"atoms": 12, "patch": 4, "overlap": 2, "iterations": 20},
    "srcnn": {"widths": [16, 8], "deviation": None},
    "srcnn_rgb": {"widths": [16, 8], "deviation": None},
    "srdensenet": {"blocks": 2, "layers": 3, "growth": 4},
    "srresnet": {"blocks": 1, "features": 8},
    "vdsr": {"layers": 6, "features": 16},
    "wavelet_srnet": {"widths": [16, 32], "blocks": 1, "features": 8},
    "xsrgan": {"blocks": 2, "features": 16},
    "zssr": {"layers": 3, "features": 24},
}
"""Options that make a network quick."""
RATES: Mapping[str, float] = {"xsrgan": 3e-3, "zssr": 1e-3}
"""Learning rates other than 0.01, where a network swings: gates that close, no skips inside."""
TINY = ("tiny_image", "tiny_video", "tiny_reference")


def network_of(name: str) -> nn.Module:
    network: nn.Module = build("networks", {"name": name, **at_scale(name, SCALE), **SMALL.get(name, {})})
    return network


ROUND = 120
"""The steps after which it is looked whether a network still learns."""
LEARNABLE = [name for name in RESTORERS if any(each.requires_grad for each in network_of(name).parameters())]


class Normalised(nn.Module):
    """Two convolutions with batch normalisation between them, sound or with a fault.

    Args:
        fault: ``blind``: sees nothing; ``blurred``: sees the mean colour; ``silent``: no gradient behind its features.
    """

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault = fault
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.enlarge = nn.Conv2d(8, 3 * SCALE**2, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * 2, w * 2), both in [0, 1]."""
        seen = {"blind": lr * 0, "blurred": lr.mean((2, 3), keepdim=True).expand_as(lr)}.get(self.fault, lr)
        features = self.body(seen)
        return pixel_shuffle(self.enlarge(features * 0 if self.fault == "silent" else features), SCALE)


def texture(number: int, side: int = 24) -> NDArray[np.uint8]:
    """Return a smooth RGB texture (side, side, 3)."""
    rows, columns = np.mgrid[:side, :side]
    waves = [np.cos((0.3 + 0.1 * channel) * rows + (0.2 + 0.07 * number) * columns) for channel in range(3)]
    return (128 + 100 * np.stack(waves, axis=-1)).astype(np.uint8)


def batch_of(fields: Iterable[str], count: int = 2, frames: int = 0) -> Fields:
    """Return made-up pairs of scale 2 with ``fields``, as the pairs derive them."""
    fields = {*fields}
    images = [texture(number) for number in range(count)]
    if frames:
        images = [np.stack([np.roll(image, time, axis=1) for time in range(frames)]) for image in images]
    planes = [{"hr": image, "lr": resize(image, (12, 12)), "ref": image[:, ::-1]} for image in images]
    placed = {field: places(field, (12, 12), SCALE)[field] for field in fields if field in PLACES}
    return placed | {
        field: torch.from_numpy(np.stack([made(field, each) for each in planes])) for field in fields - placed.keys()
    }


def made(field: str, planes: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.float32]:
    how = derived(field, planes)
    assert how is not None
    return channels_first(how.make(planes[how.plane], SCALE), field)


def paired(network: nn.Module, rate: float = 0.01) -> Paired:
    """Learn luma where the network reads luma, else RGB."""
    luma = any(field.endswith("_y") for field in needs(network.forward))
    loss: Weighted[nn.Module] = Weighted(MSE(), 1.0, {"sr": "sr_y", "hr": "hr_y"} if luma else {})
    return Paired(network, {"mse": loss}, Adam(rate), Cosine(floor=0.1))


def rival(critic: str, game: str, real: str, fake: str, **changes: Any) -> Rival:
    """Return the settings of a rival whose critic learns by Adam."""
    network, played = Described[Any]({"name": critic}), Described[Any]({"name": game})
    optimizer = Described[Any]({"name": "adam", "rate": 0.01})
    return Rival(network, played, changes.pop("weight", 0.1), optimizer, real, fake, **changes)


def adversarial(tiny: Tiny, rivals: Mapping[str, Rival] | None = None, turns: int = 1) -> Adversarial:
    """Learn from pairs against two critics, with all that a critic may have."""
    both = {
        "patches": rival("tiny_critic", "hinge", "hr", "sr", noise=1 / 255),
        "images": rival("tiny_judge", "relativistic", "hr", "sr", sees="high"),
    }
    losses: dict[str, Weighted[nn.Module]] = {"l1": Weighted(L1(), 1.0)}
    network, chosen = tiny("tiny_image"), dict(both if rivals is None else rivals)
    return Adversarial(network, losses, chosen, Adam(0.01), Cosine(floor=0.1), turns=turns)


def autoregressive() -> Autoregressive:
    options = {"blocks": 1, "features": 8, "layers": 1, "seen": 8, "hidden": 16}
    network = build("networks", {"name": "pixel_recursive", "scale": SCALE, **options})
    return Autoregressive(network, Adam(0.01), Cosine(floor=0.1))


def unpaired(tiny: Tiny, rivals: Mapping[str, Rival] | None = None, **changes: Any) -> Unpaired:
    losses: dict[str, Weighted[nn.Module]] = {
        "cycle_hr": Weighted(L1(), 1.0, {"sr": "hr_cycle", "hr": "hr"}),
        "cycle_lr": Weighted(L1(), 2.0, {"sr": "lr_cycle", "hr": "lr"}),
    }
    networks = tiny("tiny_image"), tiny("tiny_degrader")
    return Unpaired(*networks, losses, dict(rivals or {}), Adam(0.01), Cosine(floor=0.1), **changes)


def zero_shot(network: nn.Module, **changes: Any) -> ZeroShot:
    options = {"fathers": Fathers(crop=12), "slope": Slope(most=60), "projections": (1,), **changes}
    return ZeroShot(network, {"l1": Weighted(L1(), 1.0)}, Adam(0.01), **options)


def recipes(tiny: Tiny) -> dict[str, Recipe]:
    """Build one of every recipe."""
    return {
        "adversarial": adversarial(tiny),
        "autoregressive": autoregressive(),
        "fixed": Fixed(tiny("tiny_image")),
        "paired": paired(tiny("tiny_image")),
        "sparse_coding": SparseCoding(network_of("scsr")),
        "unpaired": unpaired(tiny),
        "zero_shot": zero_shot(tiny("tiny_image"), slope=Slope(most=2)),
    }


def learn(recipe: Recipe, batch: Fields, steps: range, of: int) -> list[float]:
    """Take ``steps`` of ``of`` with the pace that belongs to each; return the losses."""
    losses = []
    for step in steps:
        recipe.pace(step / of)
        losses.append(float(recipe.step(batch)["loss"]))
    return losses


def learns_by_heart(recipe: Recipe, batch: Fields) -> bool:
    """Tell whether the loss falls to a twentieth, in as many rounds as each takes a quarter off it.

    So a network has the time it needs (batch normalisation, small first weights), and one that has learnt all it can
    is found out by the first round that brings no more.
    """
    first, *later = learn(recipe, batch, range(ROUND), ROUND)
    before, last = first, later[-1]
    while first / 20 <= last < 0.75 * before:
        before, last = last, learn(recipe, batch, range(ROUND), ROUND)[-1]
    return last < first / 20


def through_a_file(state: dict[str, Any]) -> Any:
    """Return ``state`` as a checkpoint gives it back."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def flat(state: Any, where: str = "") -> dict[str, Any]:
    """Return the leaves of nested dicts and lists by their path; tensors as bytes and shape."""
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {key: leaf for name, item in items for key, leaf in flat(item, f"{where}/{name}").items()}
    if isinstance(state, torch.Tensor):
        return {where: (tuple(state.shape), str(state.dtype), state.numpy().tobytes())}
    return {where: state}


def assert_continues(fresh: Callable[[], Recipe], batch: Fields) -> None:
    """Six steps are three, a checkpoint, and three of another recipe, bit for bit; of equal chance."""
    torch.manual_seed(1)
    whole, first = fresh(), fresh()
    first.load_state_dict(whole.state_dict())
    chance = torch.get_rng_state()
    expected = learn(whole, batch, range(6), 6)
    torch.set_rng_state(chance)
    begun = learn(first, batch, range(3), 6)
    kept, chance = through_a_file(first.progress_state()), torch.get_rng_state()
    second = fresh()
    assert flat(kept["modules"]) != flat(second.progress_state()["modules"])
    second.load_progress_state(kept)
    torch.set_rng_state(chance)
    continued = learn(second, batch, range(3, 6), 6)

    assert expected == begun + continued
    assert flat(whole.progress_state()) == flat(second.progress_state())


def test_every_recipe_of_the_folder_is_tested_here(tiny: Tiny) -> None:
    assert set(names("recipes")) == recipes(tiny).keys()


def test_every_recipe_restores_in_the_scale_without_leaving_a_graph(tiny: Tiny) -> None:
    made = {name: recipe.restore(batch_of(recipe.given, count=1)) for name, recipe in recipes(tiny).items()}
    restored = {name: each["sr" if "sr" in each else "sr_y"] for name, each in made.items()}

    assert {(1, 3, 24, 24), (1, 1, 24, 24)} == {tuple(each.shape) for each in restored.values()}
    assert [] == [name for name, each in restored.items() if each.requires_grad]


def test_every_recipe_reads_fields_of_the_table_and_keeps_networks_it_has(tiny: Tiny) -> None:
    for recipe in recipes(tiny).values():
        assert recipe.reads <= FIELDS.keys()
        assert recipe.keeps[0] == "network"
        assert all(isinstance(getattr(recipe, name), nn.Module) for name in recipe.keeps)


@pytest.mark.parametrize("name", LEARNABLE)
def test_paired_learns_one_batch_by_heart_with_every_network(name: str) -> None:
    torch.manual_seed(0)
    recipe = paired(network_of(name), RATES.get(name, 0.01))

    assert learns_by_heart(recipe, batch_of(recipe.reads))


@pytest.mark.parametrize("name", TINY)
def test_paired_learns_one_batch_by_heart_of_every_kind(name: str, tiny: Tiny) -> None:
    torch.manual_seed(0)
    recipe = paired(tiny(name))

    assert learns_by_heart(recipe, batch_of(recipe.reads, frames=3 if name == "tiny_video" else 0))


@pytest.mark.parametrize("fault", ["blind", "blurred", "silent"])
def test_a_network_that_learns_no_image_is_found_out(fault: str) -> None:
    torch.manual_seed(0)
    recipe = paired(Normalised(fault))

    assert not learns_by_heart(recipe, batch_of(recipe.reads))


def test_a_network_that_learns_slowly_is_given_the_time_it_needs() -> None:
    torch.manual_seed(0)
    recipe = paired(Normalised(), rate=0.001)
    batch = batch_of(recipe.reads)
    first, *_, after_a_round = learn(copy.deepcopy(recipe), batch, range(ROUND), ROUND)

    assert after_a_round > first / 20
    assert learns_by_heart(recipe, batch)


@pytest.mark.parametrize("name", LEARNABLE)
def test_paired_continues_as_if_it_had_never_stopped(name: str) -> None:
    recipe = paired(network_of(name))

    assert_continues(lambda: paired(network_of(name)), batch_of(recipe.reads))


def test_paired_reads_what_its_network_and_its_losses_read(tiny: Tiny) -> None:
    assert {"lr", "ref", "hr"} == paired(tiny("tiny_reference")).reads
    assert {"ilr_y", "hr_y"} == paired(network_of("srcnn")).reads


@pytest.mark.parametrize(("name", "count"), [("drcn", 4), ("memnet", 2)])
def test_paired_supervises_every_restoration_that_a_loss_names(name: str, count: int) -> None:
    torch.manual_seed(0)
    losses: dict[str, Weighted[nn.Module]] = {
        field: Weighted(MSE(), 0.5, {"sr": field, "hr": "hr_y"}) for field in ("sr_y", "sr_y_each")
    }
    recipe = Paired(network_of(name), losses, Adam(0.01), Cosine(floor=0.1)).eval()
    batch = batch_of(recipe.reads)
    each = recipe.restore(batch)["sr_y_each"]
    lost = [(one - batch["hr_y"][:, 0]).square().mean() for one in each.unbind(1)]

    assert {"ilr_y", "hr_y"} == recipe.reads
    assert (2, count, 24, 24) == each.shape
    torch.testing.assert_close(torch.stack(lost).mean(), recipe.step(batch)["sr_y_each"])


def test_judging_is_the_loss_without_learning(tiny: Tiny) -> None:
    recipe = paired(tiny("tiny_image"))
    batch = batch_of(recipe.reads)
    before = flat(recipe.progress_state())
    judged = recipe.judge(batch)

    assert before == flat(recipe.progress_state())
    assert float(judged["loss"]) == float(recipe.step(batch)["loss"])
    assert not judged["loss"].requires_grad


def test_a_step_returns_every_loss_without_its_graph(tiny: Tiny) -> None:
    scalars = unpaired(tiny).step(batch_of(["lr", "hr"]))

    assert ["cycle_hr", "cycle_lr", "loss"] == list(scalars)
    assert float(scalars["cycle_hr"] + 2 * scalars["cycle_lr"]) == pytest.approx(float(scalars["loss"]))
    assert not any(each.requires_grad for each in scalars.values())


def test_unpaired_learns_one_batch_by_heart_from_different_scenes(tiny: Tiny) -> None:
    torch.manual_seed(0)
    recipe = unpaired(tiny)
    batch = batch_of(["lr", "hr"])
    losses = learn(recipe, {"lr": batch["lr"], "hr": batch["hr"].flip(0)}, range(150), 150)

    assert losses[-1] < losses[0] / 4


def test_unpaired_moves_both_networks(tiny: Tiny) -> None:
    recipe = unpaired(tiny)
    before = flat(recipe.progress_state()["modules"])
    recipe.step(batch_of(["lr", "hr"]))
    after = flat(recipe.progress_state()["modules"])

    assert [] == [key for key in before if key.startswith(("/network", "/degrader")) and before[key] == after[key]]


@pytest.mark.parametrize("clip", [ByNorm(0.02), ByRate(1e-3)])
@pytest.mark.parametrize("kind", [Adam, SGD])
def test_a_training_with_clips_and_decay_continues_as_if_it_had_never_stopped(
    kind: type[Adam] | type[SGD], clip: Clip, tiny: Tiny
) -> None:
    losses: dict[str, Weighted[nn.Module]] = {"mse": Weighted(MSE(), 1.0)}

    def fresh() -> Recipe:
        return Paired(tiny("tiny_image"), losses, kind(0.01, decay=1e-4, clip=clip), Cosine(0.1, warmup=0.4))

    assert_continues(fresh, batch_of(["lr", "hr"]))


COURSES = {
    "early": Weighted[nn.Module](L1(), 1.0, course=Linear(until=0.5)),
    "late": Weighted[nn.Module](MSE(), 1.0, course=Linear(0.0, 1.0, 0.5)),
}


def fading(tiny: Tiny) -> Paired:
    """One loss fades out over the first half of a training, another one in."""
    return Paired(tiny("tiny_image"), COURSES, Adam(0.01), Constant())


def test_weights_of_losses_on_their_course_continue_as_if_they_had_never_stopped(tiny: Tiny) -> None:
    assert_continues(lambda: fading(tiny), batch_of(["lr", "hr"]))


def test_learning_and_judging_weigh_the_losses_as_the_progress_says(tiny: Tiny) -> None:
    recipe, batch = fading(tiny), batch_of(["lr", "hr"])
    for progress, share in ((0.0, 1.0), (0.125, 0.75), (0.5, 0.0), (0.75, 0.0)):
        assert recipe.pace(progress) == 1  # what the rate is multiplied by
        judged = recipe.judge(batch)
        learnt = recipe.step(batch)
        expected = share * judged["early"] + (1 - share) * judged["late"]
        assert pytest.approx(float(expected)) == float(judged["loss"])
        assert judged == learnt


@pytest.mark.parametrize(("progress", "loss"), [(0.0, L1()), (0.5, MSE())])
def test_a_loss_that_has_faded_teaches_nothing(progress: float, loss: nn.Module, tiny: Tiny) -> None:
    torch.manual_seed(0)
    ours = fading(tiny)
    alone = Paired(tiny("tiny_image"), {"only": Weighted(loss, 1.0)}, Adam(0.01), Constant())
    alone.load_state_dict(ours.state_dict())
    for each in (ours, alone):
        each.pace(progress)
        each.step(batch_of(["lr", "hr"]))

    assert flat(ours.network.state_dict()) == flat(alone.network.state_dict())


def test_a_course_reaches_the_players_of_every_descent(tiny: Tiny) -> None:
    batch = batch_of(["lr", "hr"])
    cycle = {"cycle": Weighted[nn.Module](L1(), 1.0, {"sr": "hr_cycle", "hr": "hr"}, Linear(until=0.5))}
    both = tiny("tiny_image"), tiny("tiny_degrader")
    of_pairs = Adversarial(
        tiny("tiny_image"), COURSES, {"a": rival("tiny_critic", "hinge", "hr", "sr")}, Adam(0.01), Constant()
    )
    for each in (of_pairs, Unpaired(*both, cycle, {}, Adam(0.01), Constant())):
        each.pace(0.75)
        told = each.judge(batch)
        assert pytest.approx(float(told.get("late", 0) + 0.1 * told.get("player_a", 0)), abs=1e-6) == float(
            told["loss"]
        )


def test_what_params_yaml_says_of_a_course_and_of_a_clip_is_what_learns(tiny: Tiny) -> None:
    course = {"name": "linear", "until": 0.5}
    spec = {
        "name": "paired",
        "losses": {"l1": {"weight": 3, "course": course}, "mse": 0.5},
        "optimizer": {"name": "sgd", "rate": 1.0, "momentum": 0.0, "clip": {"name": "by_rate", "bound": 0.002}},
        "schedule": {"name": "constant"},
    }
    recipe = build("recipes", spec, network=tiny("tiny_image"), store=None)
    before = recipe.network.get_parameter("enlarge.bias").detach().clone()
    recipe.pace(0.25)
    recipe.step(batch_of(["lr", "hr"]))
    moved = (recipe.network.get_parameter("enlarge.bias").detach() - before).abs()

    assert {"l1": 1.5, "mse": 0.5} == recipe.objective.weights
    assert pytest.approx(0.002, rel=1e-3) == float(moved.max())


def test_zero_shot_learning_refuses_a_course(tiny: Tiny) -> None:
    said = r"^losses\.early\.course: zero-shot learning knows no progress to follow; leave it out$"

    with pytest.raises(LearningError, match=said):
        ZeroShot(tiny("tiny_image"), COURSES, Adam(0.01))


def test_unpaired_continues_as_if_it_had_never_stopped(tiny: Tiny) -> None:
    assert_continues(lambda: unpaired(tiny), batch_of(["lr", "hr"]))


@pytest.mark.parametrize("turns", [1, 2])
def test_adversarial_continues_as_if_it_had_never_stopped(tiny: Tiny, turns: int) -> None:
    assert_continues(lambda: adversarial(tiny, turns=turns), batch_of(["lr", "hr"], count=2 * turns))


def test_unpaired_with_rivals_continues_as_if_it_had_never_stopped(tiny: Tiny) -> None:
    rivals = {
        "small": rival("tiny_critic", "least_squares", "lr", "lr_made", noise=1 / 255),
        "large": rival("tiny_judge", "vanilla", "hr", "sr"),
    }

    assert_continues(lambda: unpaired(tiny, rivals, turns=2), batch_of(["lr", "hr"], count=4))


def test_sparse_coding_continues_as_if_it_had_never_stopped() -> None:
    assert_continues(lambda: SparseCoding(network_of("scsr")), batch_of(["lr_y", "hr_y"]))


def test_autoregressive_continues_as_if_it_had_never_stopped() -> None:
    assert_continues(autoregressive, batch_of(["lr", "hr"]))


def test_autoregressive_learns_one_batch_and_tells_the_bits_of_both_and_of_one_alone() -> None:
    torch.manual_seed(0)
    recipe, batch = autoregressive(), batch_of(["lr", "hr"])
    first, last = recipe.judge(batch), {}
    for number in range(ROUND):
        recipe.pace(number / ROUND)
        last = recipe.step(batch)

    assert ["bits", "bits_alone", "loss"] == list(last)
    assert not any(each.requires_grad for each in last.values())
    torch.testing.assert_close(last["bits"] + last["bits_alone"], last["loss"])
    assert last["bits"] < 0.7 * first["bits"]
    assert last["bits_alone"] < 0.9 * first["bits_alone"]


def test_autoregressive_takes_a_batch_in_parts_as_it_takes_the_whole() -> None:
    torch.manual_seed(0)
    whole, batch = autoregressive(), batch_of(["lr", "hr"], count=4)
    parts = copy.deepcopy(whole)
    parts.accumulate = 2
    told = [recipe.step(batch) for recipe in (whole, parts)]

    torch.testing.assert_close(told[0], told[1])
    for key, each in whole.network.named_parameters():
        torch.testing.assert_close(each.grad, parts.network.get_parameter(key).grad, msg=key)


def test_autoregressive_and_what_it_learns_take_no_other() -> None:
    with pytest.raises(LearningError, match="`EDSR` knows no distribution to learn; `pixel_recursive` does"):
        Autoregressive(network_of("edsr"), Adam(0.01), Cosine(floor=0.1))
    with pytest.raises(LearningError, match="`PixelRecursive` draws pixels, which no gradient passes; use `autore"):
        paired(autoregressive().network)


def test_paired_refuses_a_network_that_does_not_learn_by_gradients() -> None:
    with pytest.raises(LearningError, match="has no weights that learn by gradients"):
        paired(network_of("scsr"))


def test_zero_shot_leaves_the_weights_as_they_were(tiny: Tiny) -> None:
    recipe = zero_shot(tiny("tiny_image"), slope=Slope(most=3))
    before = flat(recipe.state_dict())
    recipe.restore(batch_of(["lr"], count=1))

    assert before == flat(recipe.state_dict())


def test_zero_shot_restores_an_image_the_same_whatever_it_restored_before(tiny: Tiny) -> None:
    recipe = zero_shot(tiny("tiny_image"), slope=Slope(most=3))
    one, other = batch_of(["lr"], count=1), {"lr": batch_of(["lr"])["lr"][1:]}
    first = recipe.restore(one)["sr"]
    between = recipe.restore(other)["sr"]
    torch.manual_seed(5)

    assert not torch.equal(first, between)
    assert torch.equal(first, recipe.restore(one)["sr"])


def test_zero_shot_improves_on_the_untrained_network_for_its_own_image(tiny: Tiny) -> None:
    torch.manual_seed(0)
    network = tiny("tiny_image")
    pair = batch_of(["lr", "hr"], count=1)
    with torch.no_grad():
        untrained = (network(pair["lr"]) - pair["hr"]).abs().mean()
        restored = zero_shot(network).restore({"lr": pair["lr"]})["sr"]

    assert float((restored - pair["hr"]).abs().mean()) < float(untrained) / 4


def test_zero_shot_crops_by_its_own_chance(tiny: Tiny) -> None:
    network = tiny("tiny_image")
    batch = batch_of(["lr"], count=1)
    restored = [
        zero_shot(network, slope=Slope(most=3), fathers=Fathers(crop=8), chance=each).restore(batch)["sr"]
        for each in (1, 2)
    ]

    assert not torch.equal(*restored)


def test_zero_shot_takes_an_image_that_is_smaller_than_its_crops_whole(tiny: Tiny) -> None:
    network, batch = tiny("tiny_image"), batch_of(["lr"], count=1)
    whole, more = (zero_shot(network, fathers=Fathers(crop=crop)).restore(batch)["sr"] for crop in (12, 128))

    assert torch.equal(whole, more)


@pytest.mark.parametrize("name", ["fixed", "zero_shot"])
def test_a_recipe_that_does_not_learn_in_training_says_so(name: str, tiny: Tiny) -> None:
    recipe = recipes(tiny)[name]

    assert set() == recipe.reads
    with pytest.raises(LearningError, match="does not learn in training; set `steps: 0`"):
        recipe.step({})


def test_fixed_restores_with_the_network_as_it_is(tiny: Tiny) -> None:
    network = tiny("tiny_image")
    batch = batch_of(["lr"])

    assert torch.equal(network(batch["lr"]), Fixed(network).restore(batch)["sr"])


def test_pace_sets_the_rate_of_every_group(tiny: Tiny) -> None:
    losses: dict[str, Weighted[nn.Module]] = {"l1": Weighted(L1(), 1.0)}
    paces = {"enlarge": 0.5, "modulate": 0.1}
    recipe = Paired(tiny("tiny_reference"), losses, Adam(0.01), Cosine(floor=0.2), paces)
    seen = []
    for progress in (0.0, 0.5, 0.0):
        factor = recipe.pace(progress)
        seen.append((factor, [group["lr"] for group in recipe.optimizers["network"].param_groups]))

    assert pytest.approx([1, 0.6, 1]) == [factor for factor, _ in seen]
    assert all(pytest.approx([0.005 * factor, 0.001 * factor]) == rates for factor, rates in seen)


def test_the_rate_of_a_step_moves_the_weights(tiny: Tiny) -> None:
    recipe = Paired(tiny("tiny_image"), {"l1": Weighted(L1(), 1.0)}, Adam(0.01), Constant())
    before = recipe.network.get_parameter("enlarge.bias").detach().clone()
    recipe.pace(0.0)
    recipe.step(batch_of(recipe.reads))
    moved = (recipe.network.get_parameter("enlarge.bias").detach() - before).abs()

    assert pytest.approx(0.01, rel=1e-3) == float(moved.max())
