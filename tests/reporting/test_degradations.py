"""The page on degradations: what belongs together is found, what is learnt is held against the real, and told."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.errors import ScoreError
from pipeline.evaluation.scoring import score, write
from pipeline.evaluation.settings import Suite
from pipeline.kinds import Described, Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.settings import Pairs
from pipeline.reporting.cases import Case, cases, found
from pipeline.reporting.crossing import crossing
from pipeline.reporting.degradations import study
from pipeline.reporting.gathering import Places, gathered
from pipeline.saved import save, weights_of
from pipeline.shards.writing import pack
from tests.reporting.made import cost, curve

SIDE = 160
HIDDEN = {"hidden": {"number": 1, "scale": 2}}
PLAIN: dict[str, Any] = {"source": "scenes", "scale": 2, "learner": "scratch", "rounding": "uint8"}
TRAINING = {"network": {"name": "espcn_rgb", "scale": 2}, "recipe": {"name": "paired"}, "steps": 5}
PARAMS: dict[str, Any] = {
    "seed": 1,
    "pairs": {
        "bicubic-x2": {**PLAIN, "degradation": [{"bi": {}}]},
        "learned-x2": {**PLAIN, "learner": "camera", "degradation": [{"learned": {}}]},
        "hidden-x2": {**PLAIN, "degradation": [HIDDEN]},
        "opencv-x2": {**PLAIN, "degradation": [{"resize": {"to": "target", "kernel": "bicubic", "by": "opencv"}}]},
    },
    "suites": {name: {"metrics": {"psnr_y8": {}}, "self_ensemble": "none"} for name in ("hidden-x2", "bicubic-x2")},
    "gates": {},
    "models": {
        name: {"pairs": pairs, "suite": "hidden-x2", "start": "scratch", "training": TRAINING}
        for name, pairs in (("plain", "bicubic-x2"), ("other", "opencv-x2"), ("ours", "learned-x2"))
    },
}


def test_a_case_is_two_models_of_one_training_on_learnt_and_on_bicubic_pairs() -> None:
    expected = Case("camera", "learned-x2", "bicubic-x2", "hidden-x2", "ours", "plain")

    assert [expected] == list(cases(PARAMS))


@pytest.mark.parametrize("key", ["suite", "training"])
def test_models_that_differ_in_more_than_their_pairs_make_no_case(key: str) -> None:
    params = deepcopy(PARAMS)
    params["models"]["plain"][key] = {"suite": "bicubic-x2", "training": {**TRAINING, "steps": 6}}[key]

    assert [] == list(cases(params))


def alone(start: str = "camera", **recipe: Any) -> dict[str, Any]:
    """Return params in which two models learn from the image that they restore: by the camera's kernel, by bicubic."""
    zero_shot = {"name": "zero_shot", "losses": {"l1": 1.0}}
    ways = {"ours": ("learned-x2", start, {**zero_shot, **recipe}), "plain": ("bicubic-x2", "scratch", zero_shot)}
    params = deepcopy(PARAMS)
    params["models"] = {
        name: {
            "pairs": pairs,
            "suite": "hidden-x2",
            "start": begun,
            "training": {**TRAINING, "recipe": own, "steps": 0},
        }
        for name, (pairs, begun, own) in ways.items()
    }
    return params


def test_models_that_learn_while_they_restore_are_a_case_where_one_reduces_by_what_was_learnt() -> None:
    expected = Case("camera", "learned-x2", "bicubic-x2", "hidden-x2", "ours", "plain")

    assert [expected] == list(cases(alone(degrader={"name": "kernel_gan"})))
    assert [] == list(cases(alone()))
    assert [] == list(cases(alone(start="other", degrader={"name": "kernel_gan"})))
    assert [] == list(cases(alone(degrader={"name": "kernel_gan"}, noise=0.1)))


def textured(*names: str) -> list[Sample]:
    """Return an image for each name that has every frequency: where HR is smooth, no LR tells what a kernel does."""
    chance = np.random.default_rng(0)
    return [Sample(name, {"hr": chance.integers(0, 256, (SIDE, SIDE, 3), np.uint8)}) for name in names]


class World:
    """A folder with pairs, a degrader of chance weights, and two models that are judged on two suites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.params = deepcopy(PARAMS)
        network = {"name": "edsr", "scale": 2, "blocks": 0, "features": 4}
        fixed = {"network": network, "recipe": {"name": "fixed"}, "steps": 0}
        learnt = {**fixed, "recipe": {"name": "paired", "losses": {"l1": 1.0}}, "steps": 5}
        self.params["models"] = {
            name: {"pairs": pairs, "suite": "hidden-x2", "start": "scratch", "training": learnt}
            for name, pairs in (("plain", "bicubic-x2"), ("ours", "learned-x2"))
        }
        for name in ("plain", "ours"):
            pairs = self.params["models"][name]["pairs"]
            again = {"pairs": pairs, "suite": "bicubic-x2", "start": name, "training": fixed}
            self.params["models"][f"{name}-again"] = again
        self.places = Places(*(folder / name for name in ("models", "pairs", "scores", "curves", "costs")))
        pack(textured("a", "b"), None, folder / "shards")
        self._camera()
        for name, block in self.params["pairs"].items():
            learner, out = folder / "models" / block["learner"], folder / "pairs" / name
            make_pairs(settings(Pairs, block), name, shards=folder / "shards", learner=learner, out=out, seed=1)
        for seed, name in enumerate(self.params["models"]):
            self._model(name, seed)

    def _camera(self) -> None:
        torch.manual_seed(0)
        spec = {"name": "dsgan", "scale": 2, "blocks": 1, "features": 4}
        folder = self.folder / "models" / "camera"
        recipe = {"name": "unpaired", "degrader": spec}
        save(
            folder, {"network": {"name": "bicubic", "scale": 2}, "recipe": recipe}, self._weights(spec, "degrader"), {}
        )

    def _model(self, name: str, seed: int) -> None:
        torch.manual_seed(seed % 2)
        entry = self.params["models"][name]
        spec, folder = entry["training"]["network"], self.folder / "models" / name
        save(folder, {"network": spec, "recipe": {"name": "fixed"}}, self._weights(spec, "network"), {})
        suite = Suite({"psnr_y8": Described({"name": "psnr_y8"})}, "none")
        scores = score(suite, model=folder, pairs=self.places.pairs / entry["suite"], device=torch.device("cpu"))
        for place in ("scores", "curves", "costs"):
            (self.folder / place).mkdir(exist_ok=True)
        write(scores, self.places.scores / f"{name}.json", self.places.scores / f"{name}.csv")
        curve(self.folder, name, "step")
        cost(self.folder, name, parameters=1, multiply_adds=1, seconds_per_megapixel=1.0)

    @staticmethod
    def _weights(spec: dict[str, Any], player: str) -> dict[str, torch.Tensor]:
        return weights_of({player: build("networks", spec)})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


def test_the_real_side_is_the_suites_own_lr_and_bicubic_is_made_of_its_hr(world: World) -> None:
    """The chain of the suite is nearer to it with other noise than bicubic is: in kernel, noise and spectrum."""
    (case,) = cases(world.params)
    one = found(case, world.params, world.places, (0.5, "dB"))
    same = found(
        case,
        {**world.params, "pairs": {**world.params["pairs"], "learned-x2": PARAMS["pairs"]["hidden-x2"]}},
        world.places,
        (0.5, "dB"),
    )

    assert same.figures["kernel_psnr"] > one.figures["bicubic_kernel_psnr"] + 10
    assert same.figures["noise_distance"] < 0.5 < one.figures["bicubic_noise_distance"]
    assert same.figures["flat_noise_distance"] < 0.5 < one.figures["bicubic_flat_noise_distance"]
    assert same.figures["spectrum_distance"] < 0.5 < one.figures["bicubic_spectrum_distance"]
    assert 0.5 == one.figures["downstream_gain_db"]


def test_the_page_tells_what_its_figures_say(world: World) -> None:
    page, numbers = study(world.params, world.places)
    own = numbers["cases"]["ours"]

    assert json.loads(json.dumps(numbers)) == numbers
    assert {key: value for key, value in numbers.items() if key not in ("cases", "crossing")} == own
    assert f"{own['spectrum_distance']:.2f}" in page
    assert page.count("<img") == 2 * 4 + 3
    assert study(world.params, world.places) == (page, numbers)
    assert "http" not in page.replace("http-equiv", "")
    assert "script" not in page


def test_models_of_one_training_are_crossed_over_the_suites_they_are_all_judged_on(world: World) -> None:
    table = crossing(gathered(world.params, world.places), world.params)

    assert table is not None
    assert ("bicubic-x2", "learned-x2") == table.rows
    assert ("hidden-x2", "bicubic-x2") == table.columns
    assert all(np.isfinite(value) for value in table.values.values())


def test_where_nothing_is_put_to_the_test_there_is_one_line(world: World) -> None:
    params = deepcopy(world.params)
    params["models"] = {"plain": params["models"]["plain"]}

    with pytest.raises(ScoreError, match="no learnt degradation"):
        study(params, world.places)
