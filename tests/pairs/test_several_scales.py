"""Scales mixed in one batch: each patch went down and up again by one factor, and one network serves all of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from ruamel.yaml import YAML

from pipeline.images.colour import to_float
from pipeline.images.resize import resize
from pipeline.kinds import Sample
from pipeline.learning.settings import EXACT
from pipeline.lookup import settings
from pipeline.pairs.anew import Anew
from pipeline.pairs.batches import Batches
from pipeline.pairs.drawing import chain_of
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.randomness import generator
from pipeline.restoring.image import restore
from pipeline.saved import load_recipe, weights_of
from pipeline.shards.writing import pack
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from tests.clones import ROOT

FACTORS = (2, 3, 4)
STREAM = (1, "model")
CPU = torch.device("cpu")


@cache
def page() -> dict[str, Any]:
    """Return what the page says, by section."""
    text = (ROOT / "docs" / "how-to" / "several-scales.md").read_text(encoding="utf-8")
    block, *_ = re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    content: dict[str, Any] = YAML(typ="safe").load(block)
    return content


TRAINING = page()["models"]["vdsr-mixed"]["training"]
PATCH, MARGIN = TRAINING["patch"], TRAINING["margin"]


def photograph(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Return noise of every frequency, so that each place, and what each factor leaves of it, is like no other."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> PairSet:
    """Pairs as the page has them."""
    folder = tmp_path_factory.mktemp("mixed")
    sizes = [(150, 161), (133, 149)]
    pack([Sample(f"i{n}", {"hr": photograph(*size, n)}) for n, size in enumerate(sizes)], None, folder / "shards")
    wanted = settings(Pairs, page()["pairs"]["photos-train-mixed"])
    make_pairs(wanted, "p", shards=folder / "shards", learner=folder, out=folder / "pairs", seed=1)
    return PairSet(folder / "pairs")


def batches(pairs: PairSet, margin: int = MARGIN) -> Batches:
    chain = chain_of("p", pairs.facts.links(), learner=None, own=None)
    made = Anew(pairs, chain, margin, STREAM)
    return Batches(pairs, ["ilr_y", "hr_y"], size=24, patch=PATCH, augment="none", stream=STREAM, anew=made)


def around(hr: NDArray[np.float32], top: int, left: int, more: int) -> NDArray[np.float32] | None:
    """Return the patch at ``top``, ``left`` with ``more`` pixels on each side, or None where they are not there."""
    high, wide = hr.shape[0] - more - PATCH, hr.shape[1] - more - PATCH
    if not (more <= top <= high and more <= left <= wide):
        return None
    return hr[top - more : top + more + PATCH, left - more : left + more + PATCH]


def there_and_back(image: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Return ``image`` reduced and enlarged as MATLAB does."""
    assert all(side % factor == 0 for side in image.shape[:2])
    return resize(resize(image, (image.shape[0] // factor, image.shape[1] // factor)), image.shape[:2])


def inner(image: NDArray[np.float32], more: int) -> NDArray[np.float32]:
    return image[more : more + PATCH, more : more + PATCH, 0]


def place_of(patch: NDArray[np.float32], images: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], int, int]:
    """Return the image that ``patch`` was cut from, and where."""
    for image in images:
        views = sliding_window_view(image[..., 0], patch.shape)
        near = np.argwhere(views[:, :, 0, 0] == patch[0, 0])
        for top, left in near:
            if np.array_equal(views[top, left], patch):
                return image, int(top), int(left)
    raise AssertionError("a patch of HR lies in its image")


def found(pairs: PairSet, margin: int, more: int) -> list[dict[int, float]]:
    """Return how far each ILR patch of a batch is from what each factor makes of it with ``more`` pixels around it."""
    images = [to_float(pairs.field(entry, "hr_y", pairs.whole(entry))) for entry in pairs.entries]
    batch, apart = batches(pairs, margin)[0], []
    for ilr, hr in zip(batch["ilr_y"][:, 0], to_float(batch["hr_y"][:, 0]), strict=True):
        wide = around(*place_of(hr, images), more)
        if wide is not None:
            apart.append({each: float(np.abs(inner(there_and_back(wide, each), more) - ilr).max()) for each in FACTORS})
    return apart


def test_every_patch_is_what_one_factor_leaves_of_it_and_a_batch_has_all_of_them(mixed: PairSet) -> None:
    apart = found(mixed, MARGIN, MARGIN)
    fitting = [[factor for factor, distance in each.items() if distance < 1e-6] for each in apart]

    assert len(apart) >= 12
    assert all(1 == len(each) for each in fitting)
    assert {*FACTORS} == {factor for each in fitting for factor in each}


def test_with_the_margin_of_the_page_a_patch_is_as_in_a_larger_image(mixed: PairSet) -> None:
    """Twelve pixels more on each side move no grid of 2, 3 or 4 pixels."""
    near, far = (found(mixed, margin, MARGIN + 12) for margin in (MARGIN, MARGIN - 6))

    assert max(min(each.values()) for each in near) < 1e-6
    assert max(min(each.values()) for each in far) > 1e-3


def test_the_factors_are_as_likely_as_their_weights_say(mixed: PairSet) -> None:
    chain = chain_of("p", mixed.facts.links(), learner=None, own=None)
    side = PATCH + 2 * MARGIN
    sizes = [chain.draw(generator(n), (side, side), (side, side))["links"] for n in range(300)]
    count = [sum(each[0]["drawn"]["size"] == [side // factor] * 2 for each in sizes) for factor in FACTORS]

    assert 300 == sum(count)
    assert min(count) > 75
    assert all([side, side] == each[1]["size"] for each in sizes)


@pytest.mark.parametrize(("side", "exact"), [(72, True), (60, True), (84, True), (73, False), (64, False)])
def test_a_window_that_twelve_divides_keeps_every_factor_and_no_other_does(
    mixed: PairSet, side: int, exact: bool
) -> None:
    chain = chain_of("p", mixed.facts.links(), learner=None, own=None)
    drawn = [chain.draw(generator(n), (side, side), (side, side))["links"][0]["drawn"]["size"][0] for n in range(40)]

    assert 3 == len({*drawn})
    assert exact is all(side % size == 0 for size in drawn)


def test_one_training_serves_every_scale(tmp_path: Path, mixed: PairSet) -> None:
    small = {"layers": 3, "features": 4}
    short = {"network": {**TRAINING["network"], **small}, "steps": 6, "batch": 6, "report_every": 2}
    rows: list[Any] = []

    def learn(block: dict[str, Any], name: str, start: str) -> Path:
        places = Places(mixed.shards.folder, tmp_path / start, tmp_path / "resume", tmp_path / name)
        train(settings(Training, block), EXACT, places, name=name, seed=1, device=CPU, report=rows.extend)
        return tmp_path / name

    learn({**TRAINING, **short}, "vdsr-mixed", "scratch")
    learnt = weights_of({"network": load_recipe(tmp_path / "vdsr-mixed").network})
    lr_y = np.random.default_rng(0).random((9, 7, 1), np.float32)
    for scale in FACTORS:
        block = page()["models"][f"vdsr-x{scale}"]["training"]
        recipe = load_recipe(learn({**block, "network": {**block["network"], **small}}, f"vdsr-x{scale}", "vdsr-mixed"))
        own = weights_of({"network": recipe.network})
        restored = restore(recipe, {"lr_y": lr_y}, scale, CPU)
        assert restored.luma is not None
        assert (9 * scale, 7 * scale) == restored.luma.shape
        assert all(torch.equal(learnt[name], own[name]) for name in learnt)

    assert [2, 4, 6] == [row["step"] for row in rows]
    assert rows[-1]["loss"] < rows[0]["loss"]
