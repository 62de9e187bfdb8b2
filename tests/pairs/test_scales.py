"""Scales that are no whole number, and several scales in one entry of pairs: sizes, draws, points."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipeline.errors import BatchError
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.resize import resize
from pipeline.images.scale import along, high, low
from pipeline.kinds import Sample
from pipeline.learning.settings import EXACT
from pipeline.lookup import settings
from pipeline.pairs.anew import Anew
from pipeline.pairs.batches import Batches
from pipeline.pairs.drawing import chain_of
from pipeline.pairs.making import make_pairs
from pipeline.pairs.points import Line, grid, sampled, whole
from pipeline.pairs.reading import PairSet
from pipeline.pairs.scales import Scales
from pipeline.pairs.settings import Pairs
from pipeline.randomness import generator
from pipeline.restoring.enlarging import Enlarger
from pipeline.restoring.image import restore
from pipeline.restoring.reach import reach_of
from pipeline.saved import load_recipe
from pipeline.shards.writing import pack
from pipeline.training.loop import Places, train
from pipeline.training.settings import Training
from tests.nets import SMALL

CPU = torch.device("cpu")
RANGE = {"least": 1, "most": 4}
LIIF: dict[str, Any] = {
    "network": {"name": "edsr_liif", **SMALL["edsr_liif"]},
    "recipe": {
        "name": "paired",
        "losses": {"l1": {"weight": 1.0, "fields": {"hr": "hr_at"}}},
        "optimizer": {"name": "adam", "rate": 1e-3},
        "schedule": {"name": "constant"},
    },
    **{"steps": 6, "batch": 4, "patch": 6, "degrade": "anew", "margin": 0, "report_every": 2, "accumulate": 2},
}
STREAM = (1, "m")


def noise(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def pairs_of(folder: Path, scale: Any) -> PairSet:
    block = {"source": "s", "scale": scale, "learner": "scratch", "rounding": "uint8"}
    wanted = settings(Pairs, {**block, "degradation": [{"resize": {"to": "target", "kernel": "bicubic"}}]})
    pack([Sample(f"i{n}", {"hr": noise(37 + n, 41 - n, n)}) for n in range(4)], None, folder / "shards")
    make_pairs(wanted, "p", shards=folder / "shards", learner=folder, out=folder / "pairs", seed=2)
    return PairSet(folder / "pairs")


def batches(pairs: PairSet, fields: list[str], margin: int = 0, size: int = 3) -> Batches:
    chain = chain_of("p", pairs.facts.links(), learner=None, own=None)
    made = Anew(pairs, chain, margin, STREAM)
    return Batches(pairs, fields, size=size, patch=6, augment="none", stream=STREAM, anew=made)


@pytest.mark.parametrize("scale", [1, 1.1, 2, 2.5, 3, 3.7, 4, 1.23456])
def test_hr_of_whole_lr_pixels_lies_inside_the_image_and_so_does_every_patch(scale: float) -> None:
    for side in range(4, 90):
        (rows, _), tall = low((side, side), scale), high(low((side, side), scale), scale)[0]
        assert tall <= side < (rows + 1) * scale
        assert rows == round(tall / scale)
        assert all(along(top, 3, scale).stop <= side for top in range(rows - 2))


@pytest.mark.parametrize("scale", [2.5, 3.7])
def test_pairs_of_a_scale_that_is_no_whole_number_are_liif_s(tmp_path: Path, scale: float) -> None:
    pairs = pairs_of(tmp_path, scale)
    for entry in pairs.entries:
        hr, lr = (pairs.field(entry, name, pairs.whole(entry)) for name in ("hr", "lr"))
        size = [int(side / scale) for side in entry.planes["hr"].shape[:2]]

        assert size == [*lr.shape[:2]]
        assert [round(side * scale) for side in size] == [*hr.shape[:2]]
        assert np.array_equal(to_uint8(resize(to_float(hr), (size[0], size[1]))), lr)


@pytest.mark.parametrize(("scale", "known"), [([2, 3, 4], {2, 3, 4}), (RANGE, None)])
def test_of_several_scales_each_stored_image_has_one_which_its_sizes_show(
    tmp_path: Path, scale: Any, known: set[int] | None
) -> None:
    pairs = pairs_of(tmp_path, scale)
    drawn = [pairs.scale_of(entry) for entry in pairs.entries]
    for entry, own in zip(pairs.entries, drawn, strict=True):
        hr, lr = (pairs.field(entry, name, pairs.whole(entry)) for name in ("hr", "lr"))
        assert high((lr.shape[0], lr.shape[1]), own) == hr.shape[:2]

    assert len({*drawn}) > 1
    assert known is None or {*drawn} <= known
    assert all(1 <= own <= 4 for own in drawn)


def test_a_batch_has_one_scale_that_its_number_tells_whatever_came_before(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, [2, 3, 4])
    stream = batches(pairs, ["lr", "hr", "scale"], margin=2)
    found = [int(stream[number]["scale"]) for number in range(12)]

    assert {2, 3, 4} == {*found}
    assert found[7] == int(batches(pairs, ["lr", "hr", "scale"], margin=2)[7]["scale"])
    for number, scale in enumerate(found):
        batch = stream[number]
        assert (3, 3, 6, 6) == batch["lr"].shape
        assert (3, 3, 6 * scale, 6 * scale) == batch["hr"].shape


def test_a_batch_has_the_levels_of_a_pyramid_that_its_scale_has(tmp_path: Path) -> None:
    stream = batches(pairs_of(tmp_path, [2, 4, 6]), ["lr_y", "hr_y", "hr_half_y", "hr_quarter_y", "scale"])
    found = {int(batch["scale"]): batch for batch in (stream[number] for number in range(12))}

    assert {2: set(), 4: {"hr_half_y"}, 6: {"hr_half_y"}} == {
        scale: batch.keys() - {"lr_y", "hr_y", "scale"} for scale, batch in found.items()
    }
    assert (3, 1, 18, 18) == found[6]["hr_half_y"].shape


def test_of_several_scales_the_first_batch_of_each_is_held_out(tmp_path: Path) -> None:
    stream = batches(pairs_of(tmp_path, [2, 3, 4]), ["lr", "scale"])
    found = {int(batch["scale"]): batch for batch in stream.of_every_scale()}
    scales = [int(stream[number]["scale"]) for number in range(20)]

    assert [2, 3, 4] == sorted(found)
    assert all(np.array_equal(stream[scales.index(scale)]["lr"], batch["lr"]) for scale, batch in found.items())


@pytest.mark.parametrize(("scale", "count"), [(2, 1), (RANGE, 4)])
def test_of_one_scale_one_batch_is_held_out_and_of_a_range_a_few(tmp_path: Path, scale: Any, count: int) -> None:
    stream = batches(pairs_of(tmp_path, scale), ["lr"])
    found = [batch["lr"] for batch in stream.of_every_scale()]

    assert count == len(found)
    assert all(np.array_equal(stream[number]["lr"], lr) for number, lr in enumerate(found))


def test_a_patch_of_a_range_is_what_the_chain_leaves_of_its_own_hr(tmp_path: Path) -> None:
    stream = batches(pairs_of(tmp_path, RANGE), ["lr", "hr", "scale"])
    for number in range(5):
        batch = stream[number]
        assert isinstance(batch["scale"].item(), float)
        for lr, hr in zip(batch["lr"], batch["hr"], strict=True):
            made = to_uint8(resize(to_float(np.moveaxis(hr, 0, -1)), (6, 6)))
            assert np.array_equal(made, np.moveaxis(lr, 0, -1))
            assert round(6 * batch["scale"].item()) == hr.shape[-1]


def test_points_of_a_batch_are_pixels_of_its_hr_none_twice(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, RANGE)
    points, images = batches(pairs, ["lr", "hr_at", "coord", "cell"]), batches(pairs, ["lr", "hr"])
    for number in range(4):
        found, known = points[number], images[number]
        assert np.array_equal(known["lr"], found["lr"])
        assert {"lr", "hr_at", "coord", "cell"} == found.keys()
        for hr, at, coord, cell in zip(known["hr"], found["hr_at"], found["coord"], found["cell"], strict=True):
            rows, columns = np.moveaxis(np.round(coord / cell - 0.5).astype(int), -1, 0)
            assert np.array_equal(hr[:, rows, columns], at)
            assert 36 == len({*zip(rows.flat, columns.flat, strict=True)})


def test_where_no_pixels_are_drawn_the_points_are_all_of_them(tmp_path: Path) -> None:
    batch = batches(pairs_of(tmp_path, [2, 3]), ["lr", "hr", "coord", "cell"])[0]
    height = batch["hr"].shape[-2]

    assert (1, height, height, 2) == batch["coord"].shape
    np.testing.assert_allclose((np.arange(height) + 0.5) * 6 / height, batch["coord"][0, :, 0, 0])


def test_a_point_of_a_tile_is_that_of_the_image_moved() -> None:
    rows, columns = whole((10, 10), (37, 37))
    image, tile = grid(rows, columns), grid(Line(12, 9, 10 / 37, 3), columns)

    np.testing.assert_allclose(image["coord"][0, 12:21, :, 0] - 3, tile["coord"][0, ..., 0], atol=1e-12)
    assert 1369 == len(np.unique(sampled((37, 37), np.arange(1369).reshape(37, 37, 1), generator(1))["hr_at"]))


@pytest.mark.parametrize(
    ("scale", "line"),
    [
        ([2, 3], r"holds several scales, and a batch has one; say `degrade: anew`$"),
        (2.5, r"its scale is 2.5, .* say `degrade: anew` and `margin: 0`$"),
    ],
)
def test_stored_patches_that_cannot_be_cut_are_refused(tmp_path: Path, scale: Any, line: str) -> None:
    pairs = pairs_of(tmp_path, scale)
    with pytest.raises(BatchError, match=line):
        Batches(pairs, ["lr", "hr"], size=2, patch=6, augment="none", stream=STREAM)


def test_a_margin_that_is_no_whole_number_of_pixels_is_refused(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, RANGE)
    with pytest.raises(BatchError, match=r"its scale is 1 to 4, .* say `degrade: anew` and `margin: 0`$"):
        batches(pairs, ["lr", "hr"], margin=2)


@pytest.mark.parametrize(
    ("said", "words"), [(2.0, "2"), (2.5, "2.5"), ([2, 3, 4.0], "2, 3 and 4"), (RANGE, "1 to 4"), ([3], "3")]
)
def test_scales_are_told_in_words_and_kept_as_they_were_said(said: Any, words: str) -> None:
    assert words == str(Scales(said))
    assert Scales(said) == Scales(Scales(said).json())
    assert all(isinstance(each, int) or each % 1 for each in Scales(said).some)


def test_liif_learns_from_points_and_enlarges_by_any_scale_in_tiles_as_at_once(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, RANGE)
    rows: list[Any] = []
    places = Places(pairs.shards.folder, tmp_path / "scratch", tmp_path / "resume", tmp_path / "model")
    (tmp_path / "scratch").mkdir()
    train(settings(Training, LIIF), EXACT, places, name="m", seed=1, device=CPU, report=rows.extend)
    recipe = load_recipe(tmp_path / "model")
    lr = noise(44, 39, 9)
    for scale in (1.5, 3.7):
        reach = reach_of(recipe, scale, CPU)
        tiled = Enlarger(recipe, scale, reach, 2 * (reach.pixels or 0) + 8, CPU)(lr)
        at_once = restore(recipe, {"lr": lr}, scale, CPU).pixels
        assert at_once is not None
        assert (*high((44, 39), scale), 3) == tiled.shape
        assert np.abs(tiled.astype(int) - at_once).max() <= 1

    assert [2, 4, 6] == [row["step"] for row in rows]


def test_one_pyramid_learns_several_scales_each_by_the_levels_it_has(tmp_path: Path) -> None:
    pairs = pairs_of(tmp_path, [2, 4])
    rows: list[Mapping[str, float]] = []
    block = {
        **LIIF,
        "network": {"name": "ms_lapsrn", "scales": [2, 4], **SMALL["ms_lapsrn"]},
        "recipe": {
            **LIIF["recipe"],
            "losses": {
                "half": {"name": "charbonnier", "weight": 0.25, "fields": {"sr": "sr_half_y", "hr": "hr_half_y"}},
                "whole": {"name": "charbonnier", "weight": 1.0, "fields": {"sr": "sr_y", "hr": "hr_y"}},
            },
        },
        **{"report_every": 1, "validate": 1},
    }
    places = Places(pairs.shards.folder, tmp_path / "none", tmp_path / "resume", tmp_path / "out")
    (tmp_path / "none").mkdir()
    train(settings(Training, block), EXACT, places, name="m", seed=1, device=CPU, report=rows.extend)
    of_two = [row for row in rows if "half" not in row]

    assert 0 < len(of_two) < len(rows) == 6
    assert all(row["loss"] == pytest.approx(row["whole"] + 0.25 * row.get("half", 0)) for row in rows)
    assert all({"held_out_half", "held_out_whole"} < row.keys() for row in rows)
