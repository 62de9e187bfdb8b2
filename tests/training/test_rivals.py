"""Critics in the real loop: a kill moves no bit of either side, and the folder holds the players alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from pipeline.errors import LearningError
from pipeline.learning import rivals
from pipeline.learning.ranks import Ranks
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.losses.l1 import L1
from pipeline.training import loop
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from tests.tinies import with_tinies
from tests.training.test_loop import (
    BLOCK,
    PLAIN,
    InterruptionError,
    bytes_of,
    killed_at,
    learn,
    pairs,
    rows_of,
    weights,
)

__all__ = ["pairs"]  # the fixture

OPTIMIZER = {"name": "adam", "rate": 0.01}
RIVAL = {"weight": 0.1, "optimizer": OPTIMIZER, "real": "hr", "fake": "sr"}
ADVERSARIAL = {
    "name": "adversarial",
    "losses": {"l1": 1.0},
    "rivals": {
        "patches": {**RIVAL, "network": {"name": "tiny_critic"}, "game": {"name": "hinge"}, "noise": 0.01},
        "images": {**RIVAL, "network": {"name": "tiny_judge"}, "game": {"name": "relativistic"}, "sees": "high"},
    },
    "optimizer": OPTIMIZER,
    "schedule": {"name": "cosine", "floor": 0.1},
    "turns": 2,
}
RIVALRY: dict[str, Any] = {**BLOCK, "network": {"name": "tiny_image", "scale": 2}, "recipe": ADVERSARIAL}


@pytest.fixture(autouse=True)
def tinies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let params name the tiny networks."""
    for module in (rivals, loop):
        monkeypatch.setattr(module, "build", with_tinies())


@pytest.mark.parametrize("stop", [3, 6, 11])
def test_resume_equals_never_having_stopped(pairs: Path, tmp_path: Path, stop: int) -> None:
    whole = learn(tmp_path / "whole", pairs, RIVALRY)
    killed_at(tmp_path / "killed", pairs, stop, RIVALRY)
    resumed = learn(tmp_path / "killed", pairs, RIVALRY)

    assert bytes_of(whole) == bytes_of(resumed)


def test_a_checkpoint_holds_both_sides(pairs: Path, tmp_path: Path) -> None:
    killed_at(tmp_path, pairs, 6, RIVALRY)
    kept = torch.load(tmp_path / "resume" / "000000004.pt", weights_only=True)["recipe"]

    assert {"network", "critic_patches", "critic_images"} == kept["optimizers"].keys()
    assert "rivals.critics.critic_patches.see.parametrizations.weight.0._u" in kept["modules"]
    assert "rivals.critics.critic_images.see.1.running_mean" in kept["modules"]


def test_the_model_folder_holds_the_players_alone(pairs: Path, tmp_path: Path) -> None:
    made = learn(tmp_path, pairs, RIVALRY)
    spec = json.loads((made / "model" / "spec.json").read_text(encoding="utf-8"))

    assert {"network.enlarge.weight", "network.enlarge.bias"} == weights(made).keys()
    assert ADVERSARIAL == spec["recipe"]


def test_the_curve_tells_what_both_sides_lost(pairs: Path, tmp_path: Path) -> None:
    rows = rows_of(learn(tmp_path, pairs, RIVALRY))

    own = {"l1", "loss", "player_patches", "player_images", "critic_patches", "critic_images"}
    held_out = {"held_out_l1", "held_out_loss", "held_out_player_patches", "held_out_player_images"}
    assert {"step", "rate"} | own | held_out == rows[0].keys()
    assert ["3", "6", "9", "11"] == [row["step"] for row in rows]


def test_a_step_takes_a_batch_for_every_turn(pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    plain = loop.Course._taken

    def counted(self: loop.Course, batch: Mapping[str, Any]) -> Any:
        sizes.append(len(batch["hr"]))
        return plain(self, batch)

    monkeypatch.setattr(loop.Course, "_taken", counted)
    learn(tmp_path, pairs, {**RIVALRY, "steps": 3})

    assert [4, 4, 4, 2] == sizes


def test_a_training_starts_from_a_model_without_critics(pairs: Path, tmp_path: Path) -> None:
    alone = {**RIVALRY, "recipe": {key: item for key, item in ADVERSARIAL.items() if key not in ("rivals", "turns")}}
    alone["recipe"] = {**alone["recipe"], "name": "paired"}
    first = learn(tmp_path / "first", pairs, alone)
    later = learn(tmp_path / "later", pairs, {**RIVALRY, "steps": 0}, start=first / "model")

    assert all(torch.equal(each, weights(later)[key]) for key, each in weights(first).items())


def test_a_start_without_any_player_is_one_line(pairs: Path, tmp_path: Path) -> None:
    nothing = {"network": {"name": "bicubic", "scale": 2}, "recipe": {"name": "fixed"}, "steps": 0}
    first = learn(tmp_path / "first", pairs, nothing)

    with pytest.raises(LearningError, match="holds no weights for `network`; start from `scratch`, or another model"):
        learn(tmp_path / "later", pairs, RIVALRY, start=first / "model")


def test_a_patch_too_small_for_a_critic_is_one_line_before_the_first_step(pairs: Path, tmp_path: Path) -> None:
    critic = {**RIVAL, "network": {"name": "resnet_critic", "halving": 3, "features": 2}, "game": {"name": "hinge"}}
    block = {**RIVALRY, "patch": 3, "recipe": {**ADVERSARIAL, "rivals": {"d": critic}}}
    line = r"models\.tiny-x2\.training\.recipe: rivals\.d: `resnet_critic` judges patches of at least 8x8 pixels, "

    with pytest.raises(LearningError, match=f"^{line}those of `hr` have 6x6; enlarge `patch`$"):
        learn(tmp_path, pairs, block)
    assert [] == [*tmp_path.rglob("*.pt"), *tmp_path.rglob("*.safetensors")]


class Heard:
    """The noise that critics drew, in its order, by a rank that has nobody to wait for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drawn: list[float] = []
        plain = torch.randn

        def randn(size: torch.Size) -> Tensor:
            made = plain(size)
            self.drawn.append(float(made.sum()))
            return made

        monkeypatch.setattr(torch, "randn", randn)
        monkeypatch.setattr(Ranks, "_average", lambda *_: None)
        monkeypatch.setattr(Ranks, "wait", lambda _: None)

    def of(self, rank: int, folder: Path, pairs: Path) -> list[float]:
        """Return the noise that ``rank`` of two draws while it learns, from the checkpoint in ``folder`` on."""
        self.drawn = []
        places = Places(pairs, folder / "scratch", folder / "resume", folder / "model")
        block = settings(Training, RIVALRY)
        device = torch.device("cpu")
        with suppress(InterruptionError):
            train(block, PLAIN, places, name="tiny-x2", seed=1, device=device, report=_stop, ranks=Ranks(rank, 2))
        return self.drawn


def _stop(rows: Sequence[Mapping[str, float]]) -> None:
    """Stop a training where the row of step 6 is to be reported; rank 0 alone reports."""
    if rows[-1]["step"] == 6:
        raise InterruptionError


def test_every_rank_draws_noise_of_its_own_and_the_same_when_it_is_started_again(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(monkeypatch)
    first = heard.of(0, tmp_path, pairs)
    resumed = heard.of(1, tmp_path, pairs)
    whole = heard.of(1, tmp_path / "other", pairs)

    assert len(whole) > len(resumed) > 0
    assert resumed == whole[-len(resumed) :]
    assert not {*first} & {*whole}
    assert len({*whole}) == len(whole)


def test_several_devices_are_refused_where_a_loss_counts_its_batches(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(L1, "counts_steps", True, raising=False)

    with pytest.raises(LearningError, match=r"models\.tiny-x2: .* must see each batch whole; name one in SR_DEVICE"):
        Heard(monkeypatch).of(0, tmp_path, pairs)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # torch's own; it hides it
@pytest.mark.parametrize(
    "engine", [Engine("bf16", "off"), pytest.param(Engine("fp32", "on"), marks=pytest.mark.prove)], ids=str
)
def test_critics_learn_on_the_fast_path_to_near_weights_and_equal_bytes(
    pairs: Path, tmp_path: Path, engine: Engine
) -> None:
    plain = learn(tmp_path / "plain", pairs, RIVALRY)
    whole = learn(tmp_path / "whole", pairs, RIVALRY, engine=engine)
    killed_at(tmp_path / "killed", pairs, 6, RIVALRY, engine=engine)
    resumed = learn(tmp_path / "killed", pairs, RIVALRY, engine=engine)

    assert bytes_of(whole) == bytes_of(resumed)
    for name, tensor in weights(plain).items():
        torch.testing.assert_close(tensor, weights(whole)[name], rtol=0.2, atol=0.02)
