"""Objective, parameter groups, average and devices; and what holds for every loss, schedule and optimizer."""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

from pipeline.errors import BatchError, LearningError
from pipeline.fields import FIELDS, needs
from pipeline.kinds import Optimizer, Store, Weighted
from pipeline.learning.average import Average
from pipeline.learning.devices import device_of
from pipeline.learning.groups import over
from pipeline.learning.handing import Handing, scale_of
from pipeline.learning.objective import Objective
from pipeline.lookup import build, fields_read, names
from pipeline.losses.l1 import L1
from pipeline.losses.mse import MSE
from pipeline.networks.bicubic import Bicubic
from pipeline.networks.bicubic_luma import BicubicLuma
from pipeline.optimizers.adam import Adam
from pipeline.optimizers.sgd import SGD
from pipeline.schedules.cosine import Cosine
from pipeline.schedules.linear import Linear
from pipeline.schedules.steps import Steps
from tests.features.vgg import made_up

__all__ = ["made_up"]

LOSSES: Mapping[str, Mapping[str, Any]] = {
    "charbonnier": {"eps": 0.02},
    "content": {"layer": "relu3_1"},
    "kernel_gan": {},
    "l1": {},
    "low_pass": {"size": 3},
    "mse": {},
    "pooled": {},
    "style": {"layer": "relu2_1", "patch": 8},
    "total_variation": {},
    "wavelet": {"levels": 2},
    "wavelet_texture": {"levels": 2, "factor": 1.0},
}
"""Options of every loss."""
LOWEST: Mapping[str, float] = {"charbonnier": 0.02}
"""What a loss is of equal images, where that is not 0."""
BY_KERNEL: Mapping[str, tuple[int, ...]] = {"kernel": (1, 13, 13), "hr": (2, 3, 64, 64), "lr_made": (2, 3, 26, 26)}
"""Shapes of what a loss of a kernel reads."""
SCHEDULES: Mapping[str, tuple[Mapping[str, Any], float, float]] = {
    "constant": ({}, 1, 1),
    "cosine": ({"floor": 0.1}, 1, 0.1),
    "linear": ({"end": 0.2, "until": 0.9}, 1, 0.2),
    "steps": ({"at": [0.5, 0.75], "factor": 0.5}, 1, 0.25),
}
"""Options of every schedule, its factor at the beginning and at the end."""
OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {name: {"rate": 0.01} for name in ("adam", "rmsprop", "sgd")}
"""Options of every optimizer; the rate is 0.01."""
END = math.nextafter(1, 0)
LATE = 10**9
"""A step by which an average has its full memory."""


class Signed(nn.Module):
    """The mean of sr - hr: it tells which of the two is which."""

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        return (sr - hr).mean()


class Toy(nn.Module):
    """Layers whose names begin alike."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2, 3)
        self.body = nn.ModuleDict({"first": nn.Linear(3, 3), "last": nn.Linear(3, 1)})

    def forward(self, lr: Tensor) -> Tensor:
        features = self.body["first"](self.head(lr).tanh())
        output: Tensor = self.body["last"](features.tanh())
        return output


def toy() -> Toy:
    torch.manual_seed(0)
    return Toy()


def test_an_objective_hands_fields_by_name() -> None:
    batch = {"hr": torch.tensor(1.0), "sr": torch.tensor(3.0), "lr": torch.tensor(9.0)}

    assert 2 == float(Objective({"signed": Weighted(Signed(), 1.0)}).of(batch)["loss"])


def test_an_objective_renames_fields() -> None:
    objective = Objective({"cycle": Weighted(Signed(), 1.0, {"sr": "hr_cycle", "hr": "sr"})})
    batch = {"hr": torch.tensor(100.0), "sr": torch.tensor(3.0), "hr_cycle": torch.tensor(10.0)}

    assert {"hr_cycle", "sr"} == objective.reads
    assert 7 == float(objective.of(batch)["cycle"])


def test_an_objective_is_the_weighted_sum_of_its_losses() -> None:
    objective = Objective({"l1": Weighted(L1(), 2.0), "square": Weighted(MSE(), 0.5), "off": Weighted(Signed(), 0.0)})
    values = objective.of({"sr": torch.tensor([3.0, -1.0]), "hr": torch.tensor([0.0, 0.0])})

    assert {"l1": 2, "square": 5, "off": 1, "loss": 6.5} == {name: float(value) for name, value in values.items()}
    assert {"sr", "hr"} == objective.reads


def test_a_loss_of_a_level_is_left_out_where_the_scale_lacks_the_level() -> None:
    both: dict[str, Weighted[nn.Module]] = {
        "whole": Weighted(L1(), 1.0),
        "half": Weighted(L1(), 0.5, {"sr": "sr_half_y", "hr": "hr_half_y"}),
    }
    batch = {"sr": torch.tensor(3.0), "hr": torch.tensor(1.0), "sr_half_y": torch.tensor(7.0)}
    less, more = (Objective(both).of({**batch, **level}) for level in ({}, {"hr_half_y": torch.tensor(1.0)}))

    assert {"whole": 2, "loss": 2} == {name: float(value) for name, value in less.items()}
    assert {"whole": 2, "half": 6, "loss": 5} == {name: float(value) for name, value in more.items()}
    with pytest.raises(LearningError, match=r"^losses: the scale of a batch has no level that one of them reads"):
        Objective({"half": both["half"]}).of(batch)


def test_a_level_that_the_network_does_not_make_is_a_missing_field() -> None:
    objective = Objective({"half": Weighted(L1(), 1.0, {"sr": "sr_half_y", "hr": "hr_half_y"})})
    with pytest.raises(BatchError, match=r"^loss `half` reads \['sr_half_y'\]"):
        objective.of({"hr_half_y": torch.zeros(1)})


def test_a_missing_field_is_named_with_its_reader() -> None:
    objective = Objective({"l1": Weighted(L1(), 1.0, {"hr": "hr_y"})})

    with pytest.raises(BatchError, match=r"^loss `l1` reads \['hr_y'\]; there are only \['hr', 'sr'\]$"):
        objective.of({"sr": torch.zeros(1), "hr": torch.zeros(1)})


def test_a_rename_of_what_the_loss_does_not_read_is_refused() -> None:
    with pytest.raises(LearningError, match=r"losses\.l1\.fields: renames \['srr'\]; the loss reads \['sr', 'hr'\]"):
        Objective({"l1": Weighted(L1(), 1.0, {"srr": "sr_y"})})


@pytest.mark.parametrize("name", ["half", "keys", "type", "training"])
def test_a_loss_may_have_a_name_that_torch_gives_to_what_modules_do(name: str) -> None:
    objective = Objective({name: Weighted(L1(), 1.0)}).half()

    assert 2 == float(objective.of({"sr": torch.tensor(3.0), "hr": torch.tensor(1.0)})[name])
    assert [L1] == [type(each) for each in objective.modules() if not isinstance(each, Objective | nn.ModuleList)]


def test_a_loss_cannot_have_the_name_of_the_sum() -> None:
    with pytest.raises(LearningError, match="`loss` is the name of their sum"):
        Objective({"loss": Weighted(L1(), 1.0)})


def test_a_network_is_handed_what_it_reads_and_gives_named_fields() -> None:
    field = torch.rand(1, 1, 2, 2)
    batch = {"ilr": field, "ilr_y": field, "hr": field}

    assert {"sr": field} == Handing(Bicubic(2))(batch)
    assert {"lr": field} == Handing(Bicubic(2), gives="lr")(batch)
    assert {"sr_y": field} == Handing(BicubicLuma(2))(batch)
    assert 3 == scale_of(Bicubic(3))


def test_a_network_whose_field_is_missing_is_named() -> None:
    with pytest.raises(BatchError, match=r"^Bicubic reads \['ilr'\]; there are only \['lr'\]$"):
        Handing(Bicubic(2))({"lr": torch.rand(1, 3, 2, 2)})


def rates(optimizer: optim.Optimizer, network: nn.Module) -> dict[str, float]:
    """Return the rate of every parameter by its name."""
    found = {id(each): group["lr"] for group in optimizer.param_groups for each in group["params"]}
    return {name: found[id(each)] for name, each in network.named_parameters()}


def test_without_paces_every_parameter_learns_at_the_rate() -> None:
    network = toy()

    assert {name: 0.1 for name, _ in network.named_parameters()} == rates(over(Adam(0.1), network, {}), network)


def test_the_longest_prefix_decides_the_pace() -> None:
    network = toy()
    made = rates(over(Adam(1.0), network, {"body": 0.5, "body.last": 0.1, "body.last.bias": 2.0}), network)

    assert [1.0, 0.5, 0.1, 2.0] == [
        made[name] for name in ("head.weight", "body.first.bias", "body.last.weight", "body.last.bias")
    ]


def test_a_pace_reaches_the_weights() -> None:
    network = toy()
    before = {name: each.detach().clone() for name, each in network.named_parameters()}
    optimizer = over(Adam(0.1), network, {"body": 0.01})
    network(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    moved = {name: float((each.detach() - before[name]).abs().max()) for name, each in network.named_parameters()}

    assert pytest.approx(0.1, rel=1e-4) == moved["head.bias"]  # Adam's first step is as long as its rate
    assert pytest.approx(0.001, rel=1e-4) == moved["body.last.bias"]


def test_a_prefix_that_matches_nothing_is_refused_with_the_layers_there_are() -> None:
    with pytest.raises(LearningError, match=r"no parameter begins with \['tail'\]; the network has body, head"):
        over(Adam(0.1), toy(), {"tail": 0.1, "head": 0.5})


def test_a_network_without_weights_cannot_learn() -> None:
    with pytest.raises(LearningError, match="has no weights to learn; use the recipe `fixed`"):
        over(Adam(0.1), Bicubic(2), {})


@pytest.mark.parametrize("name", names("optimizers"))
def test_every_optimizer_keeps_rate_and_pace_of_each_group(name: str) -> None:
    optimizer = over(build("optimizers", {"name": name, **OPTIMIZERS[name]}), toy(), {"head": 0.5})

    assert [(0.01, 1.0), (0.005, 0.5)] == [(group["initial_lr"], group["pace"]) for group in optimizer.param_groups]
    assert [0.01, 0.005] == [group["lr"] for group in optimizer.param_groups]


@pytest.mark.parametrize("name", names("optimizers"))
def test_every_optimizer_goes_downhill(name: str) -> None:
    network = toy()
    optimizer = over(build("optimizers", {"name": name, **OPTIMIZERS[name]}), network, {})
    losses = list(descent(network, optimizer, steps=40))

    assert losses[-1] < losses[0] / 2


def descent(network: nn.Module, optimizer: optim.Optimizer, steps: int) -> Iterator[float]:
    chance = torch.Generator().manual_seed(0)
    for _ in range(steps):
        loss = (network(torch.rand(8, 2, generator=chance)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield float(loss.detach())


NAMES_OF_TORCH = {"epsilon": "eps", "decay": "weight_decay"}


@pytest.mark.parametrize(
    ("kind", "theirs", "options"),
    [
        (Adam, optim.Adam, {}),
        (Adam, optim.Adam, {"betas": (0.5, 0.9)}),
        (Adam, optim.Adam, {"epsilon": 0.1}),
        (Adam, optim.Adam, {"decay": 0.1}),
        (Adam, optim.Adam, {"betas": (0.8, 0.99), "epsilon": 1e-3, "decay": 1e-4}),
        (SGD, optim.SGD, {"momentum": 0.0}),
        (SGD, optim.SGD, {"momentum": 0.5}),
        (SGD, optim.SGD, {"momentum": 0.9, "decay": 0.1}),
    ],
)
def test_an_optimizer_is_the_one_of_torch(
    kind: Callable[..., Optimizer], theirs: Callable[..., optim.Optimizer], options: Mapping[str, Any]
) -> None:
    own, other = toy(), toy()
    named = {NAMES_OF_TORCH.get(key, key): item for key, item in options.items()}
    expected = list(descent(other, theirs(other.parameters(), lr=0.03, **named), steps=5))

    assert expected == list(descent(own, over(kind(0.03, **options), own, {}), steps=5))
    assert torch.equal(other.head.weight, own.head.weight)


def test_momentum_and_decay_of_sgd_are_the_formula_written_out() -> None:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, 2.0)
    optimizer = over(SGD(0.5, momentum=0.25, decay=0.125), layer, {})
    weight, velocity = 2.0, 0.0
    for gradient in (1.0, -3.0, 0.5):
        layer.weight.grad = torch.full((1, 1), gradient)
        optimizer.step()
        velocity = 0.25 * velocity + gradient + 0.125 * weight
        weight -= 0.5 * velocity
        assert pytest.approx(weight) == float(layer.weight.detach())


def test_adam_has_the_defaults_of_the_paper() -> None:
    (group,) = over(Adam(0.001), toy(), {}).param_groups

    assert ((0.9, 0.999), 1e-8, 0) == (group["betas"], group["eps"], group["weight_decay"])


def test_an_average_has_its_closed_form() -> None:
    layer = nn.Linear(1, 1)
    path = [2.0, 3.0, 5.0, 7.0, 11.0]
    nn.init.constant_(layer.weight, path[0])
    average = Average({"network": layer}, decay=0.8)
    for value in path[1:]:
        nn.init.constant_(layer.weight, value)
        average.update(LATE)
    steps = len(path) - 1
    expected = 0.8**steps * path[0] + sum(0.2 * 0.8 ** (steps - n) * path[n] for n in range(1, steps + 1))

    assert pytest.approx(expected, rel=1e-6) == float(average.values["network.weight"])
    assert 11 == float(layer.weight.detach())


def test_an_average_forgets_its_first_weights_soon() -> None:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, 1000.0)
    average = Average({"network": layer}, decay=0.999)
    nn.init.ones_(layer.weight)

    for step in range(200):
        average.update(step)

    left = math.prod((1 + step) / (10 + step) for step in range(200))
    assert pytest.approx(1 + 999 * left, rel=1e-5) == float(average.values["network.weight"])
    assert left < 1e-9


def test_an_average_takes_the_place_of_the_weights_of_each_network() -> None:
    first, second = nn.Linear(1, 1), nn.Linear(1, 1)
    average = Average({"network": first, "degrader": second}, decay=0.5)
    for layer, value in ((first, 1.0), (second, 2.0)):
        average.values["network.weight" if layer is first else "degrader.weight"].fill_(0)
        nn.init.constant_(layer.weight, value)
    average.update(LATE)
    average.apply()

    assert [0.5, 1.0] == [float(layer.weight.detach()) for layer in (first, second)]


def test_an_average_takes_counters_over_and_averages_statistics() -> None:
    layer = nn.BatchNorm1d(1)
    average = Average({"network": layer}, decay=0.75)
    for _ in range(3):
        layer(torch.full((4, 1), 8.0))
    running = float(layer.running_mean) if layer.running_mean is not None else math.nan
    average.update(LATE)

    assert 3 == int(average.values["network.num_batches_tracked"])
    assert pytest.approx(0.25 * running) == float(average.values["network.running_mean"])


def test_an_average_does_not_move_with_the_weights() -> None:
    layer = nn.Linear(1, 1)
    average = Average({"network": layer}, decay=0.5)
    before = float(average.values["network.weight"])
    nn.init.constant_(layer.weight, before + 1)

    assert before == float(average.values["network.weight"])


@pytest.mark.parametrize("name", names("schedules"))
def test_every_schedule_begins_and_ends_where_it_says_and_stays_between_0_and_1(name: str) -> None:
    options, first, last = SCHEDULES[name]
    schedule = build("schedules", {"name": name, **options})
    values = [schedule(n / 1000) for n in range(1000)]

    assert pytest.approx([first, last], abs=1e-9) == [schedule(0.0), schedule(END)]
    assert all(0 <= value <= 1 for value in values)
    assert sorted(values, reverse=True) == values


def test_steps_multiply_the_rate_at_their_points_and_not_before() -> None:
    schedule = Steps((0.5, 0.75), 0.5)
    points = [0.5, 0.75]

    assert [1, 0.5] == [schedule(math.nextafter(point, 0)) for point in points]
    assert [0.5, 0.25] == [schedule(point) for point in points]


def test_cosine_is_half_way_down_in_the_middle_and_never_below_its_floor() -> None:
    schedule = Cosine(floor=0.2)

    assert pytest.approx([1, 0.6, 0.2]) == [schedule(0.0), schedule(0.5), schedule(END)]
    assert pytest.approx(0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2) == schedule(0.25)


def test_cosine_rises_evenly_in_its_warmup_and_falls_behind_it() -> None:
    schedule = Cosine(floor=0.0, warmup=0.2)

    assert pytest.approx([0, 0.25, 0.5, 1, 0.5, 0]) == [schedule(each) for each in (0.0, 0.05, 0.1, 0.2, 0.6, END)]


@pytest.mark.parametrize(
    ("begin", "end", "until"), [(1.0, 0.0, 0.5), (0.0, 1.0, 0.8), (0.25, 0.25, 1.0), (3.0, 1.0, 1.0)]
)
def test_a_line_is_straight_until_its_end_and_level_behind_it(begin: float, end: float, until: float) -> None:
    schedule = Linear(begin, end, until)
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]

    assert pytest.approx([begin + share * (end - begin) for share in shares]) == [
        schedule(min(share * until, END)) for share in shares
    ]
    assert end == schedule(until) == schedule((until + 1) / 2)


def test_a_line_that_ends_at_once_is_its_end() -> None:
    assert [0.25] * 2 == [Linear(end=0.25, until=0.0)(progress) for progress in (0.0, 0.5)]


def test_a_weight_follows_its_course_and_the_loss_itself_is_told_as_it_is() -> None:
    objective = Objective(
        {
            "early": Weighted(L1(), 4.0, course=Linear(until=0.5)),
            "late": Weighted(MSE(), 2.0, course=Linear(0.0, 1.0, 0.5)),
            "always": Weighted(Signed(), 1.0),
        }
    )
    batch = {"sr": torch.tensor([3.0]), "hr": torch.tensor([0.0])}
    told = []
    for progress in (0.0, 0.25, 0.5, 0.9, 0.0):
        objective.pace(progress)
        told.append({name: float(value) for name, value in objective.of(batch).items()})

    assert [12 + 3, 6 + 9 + 3, 18 + 3, 18 + 3, 12 + 3] == [each["loss"] for each in told]
    assert all((3, 9, 3) == (each["early"], each["late"], each["always"]) for each in told)


def test_before_it_is_paced_an_objective_is_that_of_the_beginning() -> None:
    objective = Objective({"late": Weighted(L1(), 2.0, course=Linear(0.25, 1.0))})

    assert 1.5 == float(objective.of({"sr": torch.tensor([3.0]), "hr": torch.tensor([0.0])})["loss"])


def loss_and_fields(name: str) -> tuple[nn.Module, list[str]]:
    """Build a loss; the first of its fields is what a network has made, or its kernel."""
    loss = build("losses", {"name": name, **LOSSES[name]}, store=Store(Path("store")))
    return loss, list(needs(loss.forward))


def made_by_chance(fields: list[str]) -> dict[str, Tensor]:
    """Return a batch in which, where there is a kernel, it has made its LR of its HR."""
    chance = torch.Generator().manual_seed(0)
    shapes = BY_KERNEL if "kernel" in fields else dict.fromkeys(fields, (2, 3, 8, 12))
    return {field: torch.rand(shapes[field], generator=chance) for field in fields}


OF_KERNELS = [name for name in names("losses") if "kernel" in fields_read("losses", name)]
"""The losses of a kernel: what it reads are no two images to be alike."""
COMPARING = [name for name in names("losses") if name not in OF_KERNELS and len(fields_read("losses", name)) > 1]
"""The losses with a truth; the others read one image."""


@pytest.mark.parametrize("name", COMPARING)
def test_every_loss_with_a_truth_is_lowest_for_equal_images(name: str, made_up: object) -> None:
    loss, fields = loss_and_fields(name)
    image = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(0))
    same = loss(**dict.fromkeys(fields, image))
    different = loss(**{field: image * (1 + 0.1 * n) for n, field in enumerate(fields)})

    assert pytest.approx(LOWEST.get(name, 0), rel=1e-6, abs=0) == float(same)
    assert float(different) > float(same)
    assert ((), ()) == (same.shape, different.shape)


@pytest.mark.parametrize("name", [name for name in names("losses") if name not in (*COMPARING, *OF_KERNELS)])
def test_every_loss_of_one_image_is_zero_for_a_flat_one(name: str) -> None:
    loss, (field,) = loss_and_fields(name)
    flat, busy = torch.full((2, 3, 8, 9), 0.5), torch.rand(2, 3, 8, 9, generator=torch.Generator().manual_seed(0))

    assert 0 == float(loss(**{field: flat}))
    assert float(loss(**{field: busy})) > 0


@pytest.mark.parametrize("name", OF_KERNELS)
def test_every_loss_of_a_kernel_is_lower_where_its_sum_is_one(name: str) -> None:
    loss, fields = loss_and_fields(name)
    batch = made_by_chance(fields)
    kernel = batch["kernel"] / batch["kernel"].sum()
    whole, half, twice = (float(loss.eval()(**{**batch, "kernel": share * kernel})) for share in (1, 0.5, 2))

    assert whole < min(half, twice)


@pytest.mark.parametrize("name", names("losses"))
def test_every_loss_reads_fields_of_the_table_and_teaches_what_was_made(name: str, made_up: object) -> None:
    loss, fields = loss_and_fields(name)
    batch = made_by_chance(fields)
    made = batch[fields[0]].requires_grad_()
    loss(**batch).backward()

    assert set(fields) <= FIELDS.keys()
    assert made.grad is not None
    assert bool(made.grad.any(-1).any(-1).all())  # every channel of every image
    if name in ("l1", "mse", "charbonnier", "pooled"):
        assert bool(made.grad.all())


def test_absolute_and_squared_error_are_means_over_all_pixels() -> None:
    sr, hr = torch.tensor([[1.0, -2.0], [0.5, 4.0]]), torch.tensor([[0.0, 1.0], [0.5, 2.0]])

    assert [(1 + 3 + 0 + 2) / 4, (1 + 9 + 0 + 4) / 4] == [float(L1()(sr, hr)), float(MSE()(sr, hr))]


def test_the_processor_is_taken_when_wished_and_when_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    assert [torch.device("cpu")] * 2 == [device_of("auto"), device_of("cpu")]


def test_a_gpu_is_taken_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    assert [torch.device("cuda"), torch.device("cuda", 1)] == [device_of("auto"), device_of("cuda:1")]


@pytest.mark.parametrize(("wish", "said"), [("cuda", "torch sees no CUDA device"), ("gpu", "`gpu` is no device")])
def test_another_device_is_never_taken_instead(monkeypatch: pytest.MonkeyPatch, wish: str, said: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    with pytest.raises(LearningError, match=said):
        device_of(wish)
