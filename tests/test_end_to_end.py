"""A tiny network of each kind through the real stages."""

import csv
import hashlib
import json
import os
import pty
import subprocess
import sys
import termios
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from stages import lock
from tests.clones import Clone

pytestmark = pytest.mark.slow

TOOK = ".json"
"""The ending of what a training notes about how long it took; it stays beside the checkpoints."""
TIDY = "tidy --lock dvc.lock --listed build/code --pairs data/pairs --models models --resume build/resume"
ACCEPT = "accept train@video-x2 --lock dvc.lock --listed build/code --accepted build/accepted"
MODELS = [
    "adversarial-x2",
    "again-x2",
    "anew-x2",
    "image-x2",
    "learned-x2",
    "reference-x2",
    "unpaired-x2",
    "video-x2",
    "zero-shot-x2",
]


@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_every_kind_is_trained_and_scored(made: Clone, model: str) -> None:
    scores = json.loads((made.path / "scores" / f"{model}.json").read_text(encoding="utf-8"))
    with (made.path / "scores" / f"{model}.csv").open(encoding="utf-8", newline="") as file:
        images = list(csv.DictReader(file))

    ((benchmark, means),) = scores.items()
    assert {"psnr_y8", "ssim_yf", "images"} == means.keys()
    assert means["images"] == len(images)
    assert {benchmark} == {row["benchmark"] for row in images}
    assert means["psnr_y8"] == pytest.approx(sum(float(row["psnr_y8"]) for row in images) / len(images), abs=1e-5)
    assert means["psnr_y8"] > 3


def test_the_second_repro_runs_no_stage(copy: Clone) -> None:
    ran = copy.repro()

    assert [] == ran


STAGES_WITHOUT_TORCH = (
    "check",
    "disk",
    "fingerprint --out OUT",
    "scratch --code build/code/scratch --out OUT",
    "fetch textures --code build/code/fetch-textures --own own --out OUT",
    "pack textures --code build/code/pack-textures --own own --out OUT",
    "degrade textures-x2 --code build/code/degrade-textures-x2 --shards data/shards/textures"
    " --learner models/scratch --own own --out OUT",
)


@pytest.mark.parametrize("words", STAGES_WITHOUT_TORCH, ids=lambda words: words.split()[0])
def test_a_stage_that_needs_no_torch_imports_none(made: Clone, tmp_path: Path, words: str) -> None:
    lines = ["import sys", "from stages.__main__ import main", "status = main()", "print('torch' in sys.modules)"]

    said = made.run(
        sys.executable,
        "-c",
        "; ".join([*lines, "sys.exit(status)"]),
        *words.replace("OUT", str(tmp_path / "out")).split(),
    )

    assert (0, "False") == (said.returncode, said.stdout.splitlines()[-1]), said.stderr


def test_a_learned_degradation_makes_other_pairs_than_bicubic(made: Clone) -> None:
    pairs = made.path / "data" / "pairs"

    assert (pairs / "textures-x2/lr-000.bin").read_bytes() != (pairs / "textures-learned-x2/lr-000.bin").read_bytes()
    assert (pairs / "textures-x2/hr-000.bin").read_bytes() == (pairs / "textures-learned-x2/hr-000.bin").read_bytes()


def test_a_model_that_starts_from_another_begins_where_that_one_ended(made: Clone) -> None:
    def losses(model: str) -> list[float]:
        with (made.path / "curves" / f"{model}.csv").open(encoding="utf-8", newline="") as file:
            return [float(row["loss"]) for row in csv.DictReader(file)]

    assert losses("again-x2")[0] < losses("image-x2")[0]


def test_a_curve_tells_what_each_side_of_a_rivalry_lost(made: Clone) -> None:
    with (made.path / "curves" / "adversarial-x2.csv").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))

    own = ["l1", "loss", "player_patches", "player_textures", "critic_patches", "critic_textures"]
    held_out = ["held_out_l1", "held_out_loss", "held_out_player_patches", "held_out_player_textures"]
    assert ["step", "rate", *own, *held_out] == columns


def test_a_model_folder_holds_no_critic(made: Clone) -> None:
    words = (
        "from safetensors import safe_open; print(*safe_open('models/adversarial-x2/weights.safetensors', 'pt').keys())"
    )

    assert "network.enlarge.bias network.enlarge.weight\n" == made.run(sys.executable, "-c", words).stdout


def test_nothing_is_left_beside_the_outputs(made: Clone) -> None:
    left = list(made.path.rglob("*.partial"))
    checkpoints = [path for path in (made.path / "build" / "resume").iterdir() if path.suffix != TOOK]
    changed = made.run("git", "status", "--porcelain").stdout.split()[1::2]

    assert [] == left + checkpoints
    assert ["registry.yaml", "costs/", "curves/", "dvc.lock", "registry/", "scores/"] == changed


def test_a_removed_model_is_tidied_away_after_a_yes_and_only_then(copy: Clone) -> None:
    copy.edit("params.yaml", "  again-x2:", "  renamed-x2:")
    copy.run("git", "add", "costs")
    words = TIDY.split()

    listed = [" ".join(line.split()) for line in copy.stages(*words, said="n\n").stdout.splitlines()]

    assert "lock entry train@again-x2 of dvc.lock, which is in git" in listed
    assert "output models/again-x2 kept in DVC's cache until `dvc gc`" in listed
    assert "output costs/again-x2.json kept in git as it was committed" in listed
    assert "output curves/again-x2.csv kept nowhere else" in listed
    assert (copy.path / "models" / "again-x2").is_dir()

    copy.stages(*words, said="y\n")

    assert not (copy.path / "models" / "again-x2").exists()
    assert "@again-x2" not in (copy.path / "dvc.lock").read_text(encoding="utf-8")
    assert (copy.path / "models" / "image-x2").is_dir()


def test_checkpoints_of_the_present_models_are_no_litter_and_others_are(copy: Clone) -> None:
    resume = copy.path / "build" / "resume"
    assert "nothing is left over\n" == copy.stages(*TIDY.split()).stdout
    code = """
from pathlib import Path
from pipeline.params.check import checked
from stages.train import key

folders = Path("build/code/train-image-x2"), Path("data/pairs/textures-x2"), Path("models/scratch")
print(key(checked(Path("params.yaml")), "image-x2", *folders))
"""
    present = copy.run(sys.executable, "-c", code).stdout.strip()
    for key in (present, "0" * 24):
        (resume / key).mkdir()
        (resume / f"{key}.lock").touch()
    with lock.held(resume / "running.lock"):
        listed = copy.stages(*TIDY.split(), said="y\n").stdout.splitlines()

    assert f"checkpoint  build/resume/{'0' * 24}       kept nowhere else" == listed[0]
    assert f"checkpoint  build/resume/{'0' * 24}.lock  kept nowhere else" == listed[1]
    assert 3 == len(listed)
    kept = [path.name for path in resume.iterdir() if path.suffix != TOOK]
    assert sorted([present, f"{present}.lock"]) == sorted(kept)


def test_a_change_that_moves_no_result_is_accepted_and_one_that_does_is_not(copy: Clone) -> None:
    words = ACCEPT.split()
    video = "pipeline/networks/tiny_video.py"

    copy.edit(video, "features = self.enlarge(lr.transpose(1, 2))", "features = self.enlarge(lr.swapaxes(2, 1))")
    accepted = copy.stages(*words)

    assert 0 == accepted.returncode, accepted.stderr
    assert "accepted" in accepted.stderr
    assert ["evaluate@video-x2", "measure@video-x2", "register", "report"] == sorted(copy.repro())

    copy.edit(video, "lr.swapaxes(2, 1)", "lr.movedim(1, 2)")
    again = copy.stages(*words)

    assert 0 == again.returncode, again.stderr
    assert again.stderr == accepted.stderr

    copy.edit(video, "lr.movedim(1, 2)", "lr.movedim(1, 2) + 1e-3")
    refused = copy.stages(*words)

    assert 1 == refused.returncode
    assert "run `dvc repro`" in refused.stderr.splitlines()[-1]


def test_what_was_made_by_code_that_git_never_had_is_not_accepted_and_told_so(copy: Clone) -> None:
    lock_file = copy.path / "dvc.lock"
    text, digest = lock_file.read_text(encoding="utf-8"), copy.path / "build" / "code" / "train-video-x2"
    recorded = hashlib.md5(digest.read_bytes(), usedforsecurity=False).hexdigest()
    lock_file.write_text(text.replace(recorded, "0" * 32), encoding="utf-8")
    (line,) = copy.stages(*ACCEPT.split()).stderr.splitlines()

    assert line.startswith(
        "dvc.lock: none of the last 50 commits has the code that made train@video-x2 of what lies in"
    )


def test_a_change_is_accepted_where_pairs_read_noise_that_git_ignores(copy: Clone) -> None:
    grain = copy.path / "own" / "noise" / "körnig.npy"
    np.save(grain, np.random.default_rng(0).normal(0.5, 0.02, (2, 8, 8, 1)).astype(np.float32))
    path, link = copy.path / "params.yaml", "pipeline/degradations/patches.py"
    params = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    chain = [*params["pairs"]["textures-x2"]["degradation"], {"patches": {"file": grain.name}}]
    params["pairs"]["grainy-x2"] = {**params["pairs"]["textures-x2"], "degradation": chain}
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(params, file)
    copy.repro("degrade@grainy-x2")
    assert 0 == copy.run("git", "commit", "-qam", "grainy").returncode
    words = [word.replace("train@video-x2", "degrade@grainy-x2") for word in ACCEPT.split()]

    copy.edit(link, "class Patches(Link):", "EDITED = True\n\n\nclass Patches(Link):")
    accepted = copy.stages(*words)

    assert 0 == accepted.returncode, accepted.stderr
    assert [] == copy.repro("degrade@grainy-x2")

    np.save(grain, np.zeros((2, 8, 8, 1), np.float32))
    (line,) = copy.stages(*words).stderr.splitlines()

    assert "degrade@grainy-x2: a file in own/ that it reads has changed since it was made; run `dvc repro`" == line


TRAIN = (
    "train image-x2 --code build/code/train-image-x2 --pairs data/pairs/textures-x2 --start models/scratch "
    "--resume build/other --own own --out build/model --curves build/curve.csv"
)


def test_the_curve_of_scores_ends_with_the_scores_of_the_model(copy: Clone) -> None:
    folders = ["--listed", "build/code", "--pairs", "data/pairs", "--models", "models", "--own", "own"]
    folders += ["--out", "build/curve"]
    for _ in range(2):
        copy.stages("curve", "image-x2", *folders)
    with (copy.path / "build" / "curve" / "image-x2.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ((benchmark, means),) = json.loads((copy.path / "scores" / "image-x2.json").read_text(encoding="utf-8")).items()

    assert len(rows) > 1
    assert float(rows[-1][f"{benchmark} psnr_y8"]) == pytest.approx(means["psnr_y8"], abs=1e-4)
    assert rows[0][f"{benchmark} psnr_y8"] != rows[-1][f"{benchmark} psnr_y8"]
    assert [] == copy.repro()

    copy.stages("curve", "image-x2", *folders, "--suites", "references-x2 textures-x2")
    with (copy.path / "build" / "curve" / "image-x2.csv").open(encoding="utf-8", newline="") as file:
        judged = list(csv.DictReader(file))

    assert [row[f"{benchmark} psnr_y8"] for row in rows] == [row[f"{benchmark} psnr_y8"] for row in judged]
    assert "references-x2 psnr_y8" in judged[0]


def test_a_log_holds_a_line_for_every_checkpoint_and_no_progress_bar(copy: Clone) -> None:
    said = copy.stages(*TRAIN.split()).stderr

    assert "image-x2: step 12 of 12, loss" in said.splitlines()[-1]
    assert "\r" not in said
    assert "12/12" not in said


def test_a_terminal_shows_a_progress_bar_with_the_loss(copy: Clone) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    words = [sys.executable, "-m", "stages", *TRAIN.split()]
    run = subprocess.Popen(words, cwd=copy.path, env=copy.environment, stderr=theirs)
    os.close(theirs)
    said = b"".join(iter(partial(_read, ours), b"")).decode()
    os.close(ours)

    assert 0 == run.wait(), said
    assert "| 12/12 [" in said
    assert "loss " in said.rpartition("| 12/12 [")[2]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: nobody holds the other end any more
        return b""
