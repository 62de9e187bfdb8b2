"""The loop: equal bits from equal seeds, resume as if it had never stopped, and nothing that is not finite."""

import csv
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from pipeline.errors import BatchError, DataError, LearningError
from pipeline.kinds import Sample
from pipeline.learning.settings import Engine
from pipeline.lookup import settings
from pipeline.networks.espcn import ESPCN
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.saved import hash_of
from pipeline.shards.writing import pack
from pipeline.training.curve import Curve
from pipeline.training.loop import Places, Report, train
from pipeline.training.settings import Training
from pipeline.training.timing import minutes, note

PLAIN = Engine("fp32", "off")
ADAM = {"name": "adam", "rate": 0.01}
LUMA = {"mse": {"weight": 1.0, "fields": {"sr": "sr_y", "hr": "hr_y"}}}
PAIRED = {"name": "paired", "losses": LUMA, "optimizer": ADAM, "schedule": {"name": "cosine", "floor": 0.1}}
BLOCK = {
    "network": {"name": "espcn", "scale": 2, "widths": [4, 4]},
    "recipe": PAIRED,
    "steps": 11,
    "batch": 2,
    "patch": 6,
    "average": 0.9,
    "validate": 1,
    "report_every": 3,
    "checkpoint_every": 4,
}
BICUBIC = {"network": {"name": "bicubic", "scale": 2}, "recipe": {"name": "fixed"}, "steps": 0}
NOISE = {"sigma": [0.01, 0.1]}
STOPS = (3, 6, 9, 11)
"""The steps of the rows: neither they nor the end fall on the checkpoints at 4 and 8."""


class InterruptionError(Exception):
    """What stops a training in a test."""


def samples() -> list[Sample]:
    """Return four smooth textures, the last one grey."""
    rows, columns = np.mgrid[:20, :24]
    waves = [np.cos(0.3 * rows + (0.2 + 0.05 * number) * columns) for number in range(6)]
    images = [(128 + 100 * np.stack(waves[n : n + 3], axis=-1)).astype(np.uint8) for n in range(4)]
    return [Sample(f"t{n}", {"hr": image if n < 3 else image[..., :1]}) for n, image in enumerate(images)]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pairs of scale 2."""
    return made(tmp_path_factory.mktemp("pairs"))


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pairs of scale 2 whose chain has chance in it."""
    return made(tmp_path_factory.mktemp("noisy"), {"blur": {"sigma": [0.2, 2.0], "size": [3, 7]}}, {"noise": NOISE})


def made(folder: Path, *links: dict[str, Any]) -> Path:
    """Make pairs by ``links`` and bicubic."""
    pack(samples(), None, folder / "shards")
    chain = [*links, {"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}]
    block = {"source": "textures", "scale": 2, "learner": "scratch", "rounding": "uint8", "degradation": chain}
    wanted, out = settings(Pairs, block), folder / "pairs"
    make_pairs(wanted, "textures-x2", shards=folder / "shards", learner=folder, out=out, seed=1)
    return out


def learn(
    folder: Path,
    pairs: Path,
    block: Mapping[str, Any] = BLOCK,
    *,
    report: Report | None = None,
    start: Path | None = None,
    seed: int = 1,
    name: str = "tiny-x2",
    engine: Engine = PLAIN,
    snapshots: Path | None = None,
) -> Path:
    """Train in ``folder``; return it."""
    places = Places(pairs, start or folder / "scratch", folder / "resume", folder / "model", snapshots)
    curve = Curve(folder / "curve.csv")
    wanted = settings(Training, block)
    device = torch.device("cpu")
    train(wanted, engine, places, name=name, seed=seed, device=device, report=report or curve)
    return folder


def killed_at(folder: Path, pairs: Path, step: int, block: Mapping[str, Any] = BLOCK, **given: Any) -> None:
    """Train until the row of ``step`` is to be reported."""

    def report(rows: Sequence[Mapping[str, float]]) -> None:
        if rows[-1]["step"] >= step:
            raise InterruptionError

    with pytest.raises(InterruptionError):
        learn(folder, pairs, block, report=report, **given)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the files of the model folder and the curve."""
    files = [*sorted((folder / "model").iterdir()), folder / "curve.csv"]
    return {path.name: path.read_bytes() for path in files}


def weights(folder: Path) -> dict[str, Tensor]:
    return load_file(folder / "model" / "weights.safetensors")


def checkpoints(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "resume").iterdir())


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "curve.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_recipe(**changes: Any) -> dict[str, Any]:
    return {**BLOCK, "recipe": {**PAIRED, **changes}}


@pytest.fixture
def whole(pairs: Path, tmp_path: Path) -> Path:
    """Return the folder of a training that was never stopped."""
    return learn(tmp_path / "whole", pairs)


def test_training_twice_gives_equal_bytes(whole: Path, pairs: Path, tmp_path: Path) -> None:
    again = learn(tmp_path / "again", pairs)

    assert ["engine.json", "spec.json", "weights.safetensors", "curve.csv"] == list(bytes_of(whole))
    assert bytes_of(whole) == bytes_of(again)


def test_the_engine_is_on_record_beside_the_weights(pairs: Path, tmp_path: Path) -> None:
    learn(tmp_path, pairs, engine=Engine("bf16", "off"))

    facts = json.loads((tmp_path / "model" / "engine.json").read_text(encoding="utf-8"))
    assert ("bf16", False, "cpu") == (facts["precision"], facts["compiled"], facts["device"])


@pytest.mark.slow
@pytest.mark.parametrize("engine", [Engine("bf16", "off"), Engine("bf16", "on")], ids=str)
def test_training_twice_on_the_fast_path_gives_equal_bytes_and_near_weights(
    whole: Path, pairs: Path, tmp_path: Path, engine: Engine
) -> None:
    first, second = learn(tmp_path / "a", pairs, engine=engine), learn(tmp_path / "b", pairs, engine=engine)

    assert bytes_of(first) == bytes_of(second)
    assert bytes_of(first)["weights.safetensors"] != bytes_of(whole)["weights.safetensors"]
    for name, tensor in weights(whole).items():
        torch.testing.assert_close(tensor, weights(first)[name], rtol=0.2, atol=0.02)


@pytest.mark.parametrize("changes", [{"seed": 2}, {"name": "other-x2"}])
def test_another_seed_or_name_gives_other_weights(
    whole: Path, pairs: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    other = learn(tmp_path / "other", pairs, **changes)
    equal = [key for key, each in weights(whole).items() if torch.equal(each, weights(other)[key])]

    assert [] == equal


@pytest.mark.parametrize("stop", STOPS)
def test_resume_equals_never_having_stopped(whole: Path, pairs: Path, tmp_path: Path, stop: int) -> None:
    killed_at(tmp_path / "killed", pairs, stop)
    assert not (tmp_path / "killed" / "model").exists()
    resumed = learn(tmp_path / "killed", pairs)

    assert bytes_of(whole) == bytes_of(resumed)


def test_resume_after_every_row_equals_never_having_stopped(whole: Path, pairs: Path, tmp_path: Path) -> None:
    for stop in STOPS:
        killed_at(tmp_path / "killed", pairs, stop)
    resumed = learn(tmp_path / "killed", pairs)

    assert bytes_of(whole) == bytes_of(resumed)


@pytest.mark.parametrize(
    "changes",
    [
        {"average": None, "validate": 0},
        {"report_every": 4},
        {"report_every": 5, "checkpoint_every": 2, "augment": "none"},
        {"report_every": 1, "checkpoint_every": 100},
    ],
)
def test_resume_equals_never_having_stopped_at_any_pace_of_rows_and_checkpoints(
    pairs: Path, tmp_path: Path, changes: Mapping[str, Any]
) -> None:
    block = {**BLOCK, **changes}
    whole = learn(tmp_path / "whole", pairs, block)
    killed_at(tmp_path / "killed", pairs, 5, block)
    resumed = learn(tmp_path / "killed", pairs, block)

    assert bytes_of(whole) == bytes_of(resumed)


ANEW = {**BLOCK, "degrade": "anew", "margin": 2, "crops": "detailed"}


@pytest.mark.parametrize("stop", [3, 9])
def test_resume_equals_never_having_stopped_where_lr_is_made_anew(noisy: Path, tmp_path: Path, stop: int) -> None:
    whole = learn(tmp_path / "whole", noisy, ANEW)
    killed_at(tmp_path / "killed", noisy, stop, ANEW)
    resumed = learn(tmp_path / "killed", noisy, ANEW)

    assert bytes_of(whole) == bytes_of(resumed)


@pytest.mark.parametrize("changes", [{"degrade": "stored"}, {"crops": "even"}, {"margin": 0}])
def test_how_lr_is_made_and_where_it_is_cut_moves_the_learning(
    noisy: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    anew, other = learn(tmp_path / "anew", noisy, ANEW), learn(tmp_path / "other", noisy, {**ANEW, **changes})

    assert bytes_of(anew)["weights.safetensors"] != bytes_of(other)["weights.safetensors"]


def test_a_chain_that_cannot_run_on_a_patch_is_told_before_the_first_step(tmp_path: Path) -> None:
    """Without its last link it makes 8 x 8 of 14 x 14 pixels."""
    pairs = made(tmp_path, {"resize": {"to": 0.25, "kernel": "bicubic"}}, {"resize": {"to": 2.0, "kernel": "bicubic"}})
    facts = json.loads((pairs / "pairs.json").read_text(encoding="utf-8"))
    facts["degradation"].pop()
    (pairs / "pairs.json").write_text(json.dumps(facts), encoding="utf-8")

    with pytest.raises(DataError, match=r"^pairs\.textures-x2\.degradation: cannot run on a patch with its margin: "):
        learn(tmp_path / "later", pairs, {**ANEW, "patch": 5, "margin": 1, "average": None})
    assert "step\n" == (tmp_path / "later" / "curve.csv").read_text(encoding="utf-8")


def test_resume_restores_the_chance_of_the_network(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ESPCN.forward

    def noisy(self: ESPCN, lr_y: Tensor) -> dict[str, Tensor]:
        return plain(self, lr_y + 0.1 * torch.randn_like(lr_y) if self.training else lr_y)

    silent = learn(tmp_path / "silent", pairs)
    monkeypatch.setattr(ESPCN, "forward", noisy)
    whole = learn(tmp_path / "whole", pairs)
    killed_at(tmp_path / "killed", pairs, 6)
    resumed = learn(tmp_path / "killed", pairs)

    assert bytes_of(silent) != bytes_of(whole)
    assert bytes_of(whole) == bytes_of(resumed)


def test_a_resumed_training_does_not_learn_its_steps_again(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    plain = ESPCN.forward

    def counted(self: ESPCN, lr_y: Tensor) -> dict[str, Tensor]:
        steps.append(self.training)
        return plain(self, lr_y)

    killed_at(tmp_path, pairs, 9)
    monkeypatch.setattr(ESPCN, "forward", counted)
    learn(tmp_path, pairs)

    assert 11 - 8 == sum(steps)


def test_a_half_written_checkpoint_is_harmless(whole: Path, pairs: Path, tmp_path: Path) -> None:
    killed_at(tmp_path / "killed", pairs, 6)
    newest = tmp_path / "killed" / "resume" / "000000004.pt"
    (tmp_path / "killed" / "resume" / "partial").write_bytes(newest.read_bytes()[:100])
    resumed = learn(tmp_path / "killed", pairs)

    assert bytes_of(whole) == bytes_of(resumed)
    assert not (resumed / "resume").exists()


def test_a_crash_between_writing_and_renaming_leaves_the_checkpoint_before(
    whole: Path, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def crash(self: Path, target: Path) -> Path:
        if Path(target).name == "000000008.pt":
            raise InterruptionError
        return replace(self, target)

    with monkeypatch.context() as crashing:
        crashing.setattr(Path, "replace", crash)
        with pytest.raises(InterruptionError):
            learn(tmp_path / "killed", pairs)
    assert ["000000004.pt", "partial"] == checkpoints(tmp_path / "killed")
    resumed = learn(tmp_path / "killed", pairs)

    assert bytes_of(whole) == bytes_of(resumed)


def test_only_the_newest_checkpoint_remains_and_none_when_the_training_has_ended(pairs: Path, tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def report(rows: Sequence[Mapping[str, float]]) -> None:
        seen.append(checkpoints(tmp_path) if (tmp_path / "resume").exists() else [])

    learn(tmp_path, pairs, report=report)

    assert [[], ["000000004.pt"], ["000000008.pt"], ["000000008.pt"]] == seen
    assert not (tmp_path / "resume").exists()


def diverging(**changes: Any) -> dict[str, Any]:
    """Return a training whose rate explodes in the middle."""
    return {**with_recipe(schedule={"name": "steps", "at": [0.5], "factor": 1e30}), **changes}


def test_a_loss_that_is_not_finite_ends_the_training_and_leaves_the_last_good_checkpoint(
    pairs: Path, tmp_path: Path
) -> None:
    with pytest.raises(LearningError, match=r"models\.tiny-x2: a loss or weight is not finite at step 8"):
        learn(tmp_path, pairs, diverging())
    kept = torch.load(tmp_path / "resume" / "000000004.pt", weights_only=True)

    assert ["000000004.pt"] == checkpoints(tmp_path)
    assert all(bool(torch.isfinite(each).all()) for each in kept["recipe"]["modules"].values())
    assert not (tmp_path / "model").exists()


def test_a_training_that_diverges_after_its_last_checkpoint_makes_no_model(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="not finite at step 11"):
        learn(tmp_path, pairs, diverging(checkpoint_every=100))

    assert not (tmp_path / "model").exists()


def test_a_loss_that_overflows_while_the_weights_do_not_is_seen_at_any_pace_of_rows(
    pairs: Path, tmp_path: Path
) -> None:
    huge = with_recipe(optimizer={"name": "adam", "rate": 1e20}, schedule={"name": "constant"})
    with pytest.raises(LearningError, match="not finite"):
        learn(tmp_path, pairs, {**huge, "report_every": 2, "checkpoint_every": 4})

    assert not (tmp_path / "model").exists()


def test_no_steps_write_the_spec_empty_weights_and_only_the_header_of_the_curve(pairs: Path, tmp_path: Path) -> None:
    learn(tmp_path, pairs, BICUBIC)
    spec = json.loads((tmp_path / "model" / "spec.json").read_text(encoding="utf-8"))

    assert {} == weights(tmp_path)
    assert "step\n" == (tmp_path / "curve.csv").read_text(encoding="utf-8")
    assert (BICUBIC["network"], BICUBIC["recipe"]) == (spec["network"], spec["recipe"])
    assert 64 == len(spec["data"])
    assert not (tmp_path / "resume").exists()


def test_how_long_a_training_took_is_noted_beside_its_checkpoints_and_goes_with_its_model(
    whole: Path, pairs: Path, tmp_path: Path
) -> None:
    learn(tmp_path, pairs)
    (took,) = minutes(tmp_path).values()
    note(tmp_path / "younger.json", whole / "model", 90.0)

    assert [hash_of(whole / "model")] == [*minutes(tmp_path)]
    assert 0 <= took < 1.5 == minutes(tmp_path)[hash_of(whole / "model")]


def test_the_weights_of_start_are_where_learning_begins(whole: Path, pairs: Path, tmp_path: Path) -> None:
    later = learn(tmp_path / "later", pairs, {**BLOCK, "steps": 0}, start=whole / "model", seed=2)

    assert weights(whole).keys() == weights(later).keys()
    assert all(torch.equal(each, weights(later)[key]) for key, each in weights(whole).items())


def test_a_start_with_another_network_is_refused_with_the_tensors_that_do_not_fit(
    whole: Path, pairs: Path, tmp_path: Path
) -> None:
    wider = {**BLOCK, "network": {"name": "espcn", "scale": 2, "widths": [4, 5]}}
    said = "its `network` is another network; these tensors do not fit: enlarge.weight, map.bias, map.weight$"
    with pytest.raises(LearningError, match=said):
        learn(tmp_path / "later", pairs, wider, start=whole / "model")

    assert not (tmp_path / "later" / "model").exists()


def test_the_curve_has_a_row_for_every_pace_and_one_at_the_end(whole: Path) -> None:
    rows = rows_of(whole)

    assert ["step", "rate", "mse", "loss", "held_out_mse", "held_out_loss"] == list(rows[0])
    assert ["3", "6", "9", "11"] == [row["step"] for row in rows]
    assert all(float(value) >= 0 for row in rows for value in row.values())


def test_a_row_is_the_mean_since_the_row_before(pairs: Path, tmp_path: Path) -> None:
    fine = rows_of(learn(tmp_path / "fine", pairs, {**BLOCK, "report_every": 1}))
    coarse = rows_of(learn(tmp_path / "coarse", pairs, {**BLOCK, "report_every": 4}))
    losses = [float(row["loss"]) for row in fine]
    spans = [losses[0:4], losses[4:8], losses[8:11]]

    assert pytest.approx([sum(span) / len(span) for span in spans], rel=1e-6) == [float(row["loss"]) for row in coarse]


@pytest.mark.parametrize("changes", [{"average": None}, {"validate": 0, "average": None}, {"report_every": 1}])
def test_the_average_the_rows_and_the_checkpoints_do_not_move_the_learning(
    whole: Path, pairs: Path, tmp_path: Path, changes: Mapping[str, Any]
) -> None:
    """The losses are those of the whole training as long as the images learnt from are."""
    other = rows_of(learn(tmp_path / "other", pairs, {**BLOCK, **changes}))
    losses = {row["step"]: row["loss"] for row in rows_of(whole)}
    same = [row["loss"] == losses.get(row["step"]) for row in other if row["step"] == "3"]

    assert [changes == {"average": None}] == same


def test_the_average_is_what_is_saved(whole: Path, pairs: Path, tmp_path: Path) -> None:
    last = learn(tmp_path / "last", pairs, {**BLOCK, "average": None})
    near = {key: float((each - weights(last)[key]).abs().max()) for key, each in weights(whole).items()}

    assert all(0 < distance < 0.2 for distance in near.values())


def test_more_images_held_out_than_there_are_is_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds 4 images; `validate: 4` leaves none"):
        learn(tmp_path, pairs, {**BLOCK, "validate": 4})


def test_a_field_that_the_pairs_lack_is_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"nothing gives \['ref'\]; its images have only the planes \['hr', 'lr'\]"):
        learn(tmp_path, pairs, with_recipe(losses={"mse": {"weight": 1.0, "fields": {"sr": "sr_y", "hr": "ref"}}}))


def test_a_recipe_that_does_not_learn_is_refused_steps(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="the recipe `fixed` does not learn in training; set `steps: 0`"):
        learn(tmp_path, pairs, {**BICUBIC, "steps": 3, "patch": 6})


def test_the_folder_of_pairs_may_lie_anywhere(whole: Path, pairs: Path, tmp_path: Path) -> None:
    copy: Callable[[Path], Any] = pairs.parent.joinpath("elsewhere").symlink_to
    copy(pairs)
    moved = learn(tmp_path / "moved", pairs.parent / "elsewhere")

    assert bytes_of(whole) == bytes_of(moved)


@pytest.mark.parametrize("average", [0.9, None])
def test_snapshots_are_whole_models_at_the_checkpoints_and_move_nothing(
    pairs: Path, tmp_path: Path, average: float | None
) -> None:
    block = {**BLOCK, "average": average}
    plain = learn(tmp_path / "plain", pairs, block)
    learn(tmp_path / "kept", pairs, block, snapshots=tmp_path / "snapshots")
    folders = sorted((tmp_path / "snapshots").iterdir())
    first, last = load_file(folders[0] / "weights.safetensors"), load_file(folders[-1] / "weights.safetensors")

    assert ["000000004", "000000008", "000000011"] == [folder.name for folder in folders]
    assert bytes_of(plain) == bytes_of(tmp_path / "kept")
    assert (plain / "model" / "spec.json").read_bytes() == (folders[0] / "spec.json").read_bytes()
    assert all(torch.equal(each, last[key]) for key, each in weights(plain).items())
    assert not any(torch.equal(each, first[key]) for key, each in weights(plain).items())


def test_the_seconds_of_snapshots_go_on_after_a_resume(pairs: Path, tmp_path: Path) -> None:
    killed_at(tmp_path, pairs, 6, snapshots=tmp_path / "snapshots")
    kept = torch.load(tmp_path / "resume" / "000000004.pt", weights_only=True)
    torch.save({**kept, "seconds": 1000.0}, tmp_path / "resume" / "000000004.pt")
    learn(tmp_path, pairs, snapshots=tmp_path / "snapshots")
    engines = [json.loads((each / "engine.json").read_bytes()) for each in sorted((tmp_path / "snapshots").iterdir())]

    assert [4, 8, 11] == [each["step"] for each in engines]
    assert 0 < engines[0]["seconds"] < 100 < 1000 < engines[1]["seconds"] < engines[2]["seconds"] < 1100


@pytest.mark.parametrize("parts", [2, 4])
def test_a_batch_taken_in_parts_teaches_the_same(pairs: Path, tmp_path: Path, parts: int) -> None:
    block = {**BLOCK, "batch": 4}
    learn(tmp_path / "whole", pairs, block)
    learn(tmp_path / "parts", pairs, {**block, "accumulate": parts})

    whole, apart = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.allclose(whole[name], apart[name], atol=1e-5) for name in whole)
    assert not all(torch.equal(whole[name], apart[name]) for name in whole)
    for one, other in zip(rows_of(tmp_path / "whole"), rows_of(tmp_path / "parts"), strict=True):
        assert float(one["loss"]) == pytest.approx(float(other["loss"]), rel=1e-4)


def test_parts_that_do_not_divide_the_batch_are_told(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="accumulate: a batch of 2 samples does not divide into 3 equal parts"):
        learn(tmp_path, pairs, {**BLOCK, "accumulate": 3})


def test_what_was_waited_for_data_is_told(pairs: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        learn(tmp_path, pairs)

    (first, *_) = [line for line in caplog.messages if "of the time for data" in line]
    found = re.search(r"step 4 of 11, loss .*, waited (\d+\.\d) % of the time for data$", first)
    assert found
    assert 0 <= float(found[1]) <= 100
