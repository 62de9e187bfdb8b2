"""Laws of pairs and batches: what LR is, what is derived from it, and which patch is the n-th."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import BatchError, DataError
from pipeline.fields import LEVELS
from pipeline.images.colour import luma, to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.resize import resize
from pipeline.images.turning import turned
from pipeline.kinds import Sample
from pipeline.lookup import settings
from pipeline.pairs.batches import Batches, in_unit
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet, Window
from pipeline.pairs.settings import Pairs
from pipeline.shards.writing import pack

TO_TARGET = {"resize": {"to": "target", "kernel": "bicubic", "rounding": "uint8"}}
FLOATING = {"resize": {"to": "target", "kernel": "bicubic"}}
RANDOM = {"resize": {"to": [0.3, 0.9], "kernel": "bicubic"}}
SIZES = [(41, 38, 3), (36, 45, 3), (30, 33, 1)]


def images() -> list[Sample]:
    rng = np.random.default_rng(3)
    return [Sample(f"i{n}", {"hr": rng.integers(0, 256, shape, np.uint8)}) for n, shape in enumerate(SIZES)]


def make(folder: Path, samples: list[Sample] | None = None, **options: Any) -> PairSet:
    """Pack ``samples``, make pairs of them as ``options`` say, and read them."""
    shards, out = folder / "shards", folder / "pairs"
    pack(samples or images(), None, shards)
    chain = {"scale": 3, "rounding": "uint8", "degradation": [TO_TARGET]}
    name = options.pop("name", "some-x3")
    wanted = settings(Pairs, {"source": "some", "learner": "scratch", **chain, **options})
    make_pairs(wanted, name, shards=shards, learner=folder, out=out, seed=1)
    return PairSet(out)


def whole(pairs: PairSet, number: int, field: str) -> Any:
    entry = pairs.entries[number]
    return pairs.field(entry, field, pairs.whole(entry))


def test_lr_is_the_degraded_crop_of_hr_in_eight_bits(tmp_path: Path) -> None:
    pairs = make(tmp_path)

    for number, sample in enumerate(images()):
        hr = crop_to_multiple(sample.planes["hr"], 3)
        size = (hr.shape[0] // 3, hr.shape[1] // 3)
        assert np.array_equal(resize(hr, size), whole(pairs, number, "lr"))
        assert np.array_equal(hr, whole(pairs, number, "hr"))


def test_rounding_none_keeps_luma_in_floating_point_and_hr_only(tmp_path: Path) -> None:
    pairs = make(tmp_path, rounding="none", degradation=[FLOATING])

    for number, sample in enumerate(images()):
        hr = crop_to_multiple(sample.planes["hr"], 3)
        own = hr[..., 0] if hr.shape[-1] == 1 else luma(hr)
        expected = resize(to_float(own[..., None]), (hr.shape[0] // 3, hr.shape[1] // 3))
        assert {"hr", "lr_y"} == set(pairs.entries[number].planes)
        assert np.float32 == whole(pairs, number, "lr_y").dtype
        assert np.allclose(expected, whole(pairs, number, "lr_y"), atol=1e-7)


def test_what_chance_decides_for_an_image_depends_on_seed_pairs_and_key_alone(tmp_path: Path) -> None:
    chain = [RANDOM, TO_TARGET]
    all_three = make(tmp_path / "a", degradation=chain)
    turned_round = make(tmp_path / "b", images()[::-1], degradation=chain)
    other = make(tmp_path / "c", degradation=chain, name="other-x3")

    assert all_three.entries[0].drawn == turned_round.entries[2].drawn
    assert np.array_equal(whole(all_three, 0, "lr"), whole(turned_round, 2, "lr"))
    assert all_three.entries[0].drawn != all_three.entries[1].drawn
    assert all_three.entries[0].drawn != other.entries[0].drawn
    assert json.loads(json.dumps(all_three.entries[0].drawn)) == all_three.entries[0].drawn


def test_images_of_one_size_get_draws_of_their_own(tmp_path: Path) -> None:
    samples = [Sample(f"i{n}", {"hr": np.zeros((300, 300, 3), np.uint8)}) for n in range(3)]

    pairs = make(tmp_path, samples, degradation=[RANDOM, TO_TARGET])

    assert 3 == len({json.dumps(entry.drawn) for entry in pairs.entries})


def test_a_chain_that_misses_the_lr_size_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"^pairs\.some-x3\.degradation: leaves .* not the LR size 13x12; end the chain"
    ):
        make(tmp_path, degradation=[RANDOM])

    assert not (tmp_path / "pairs").exists()


def test_given_lr_of_another_scale_is_refused(tmp_path: Path) -> None:
    lr = np.zeros((10, 10, 3), np.uint8)
    samples = [Sample("a", {"hr": np.zeros((20, 20, 3), np.uint8), "lr": lr})]

    with pytest.raises(DataError, match="a has HR 20x20 and LR 10x10; that is not the scale 3"):
        make(tmp_path, samples, degradation="given")


@pytest.mark.parametrize("field", ["lr_y", "hr_y", "ilr", "ilr_y"])
def test_derived_fields_are_what_the_table_of_fields_says(tmp_path: Path, field: str) -> None:
    pairs = make(tmp_path)

    for number in range(len(SIZES)):
        lr, hr = whole(pairs, number, "lr"), whole(pairs, number, "hr")
        grey = lr.shape[-1] == 1
        lr_y = lr if grey else luma(lr)[..., None]
        expected = {
            "lr_y": lr_y,
            "hr_y": hr if grey else luma(hr)[..., None],
            "ilr": resize(lr, hr.shape[:2]),
            "ilr_y": resize(to_float(lr_y), hr.shape[:2]),
        }[field]
        found = whole(pairs, number, field)
        assert expected.shape == found.shape
        assert np.allclose(expected, found, atol=1e-6)


@pytest.mark.parametrize("field", ["lr", "hr", "lr_y", "hr_y", "ilr", "ilr_y"])
@pytest.mark.parametrize("window", [Window(0, 0, 5, 4), Window(3, 2, 6, 7), Window(7, 4, 6, 8)])
def test_a_patch_of_any_field_is_that_part_of_the_whole(tmp_path: Path, field: str, window: Window) -> None:
    pairs = make(tmp_path)
    entry = pairs.entries[0]
    by = 1 if field.startswith("lr") else 3

    found = pairs.field(entry, field, window)

    rows = slice(by * window.top, by * (window.top + window.height))
    columns = slice(by * window.left, by * (window.left + window.width))
    assert np.allclose(whole(pairs, 0, field)[rows, columns], found, atol=1e-6)


@pytest.mark.parametrize("field", LEVELS)
def test_a_level_of_a_pyramid_is_the_luma_of_hr_reduced_in_floating_point(tmp_path: Path, field: str) -> None:
    pairs = make(tmp_path, scale=2 * LEVELS[field])

    for number in range(len(SIZES)):
        hr_y = whole(pairs, number, "hr_y")
        size = (hr_y.shape[0] // LEVELS[field], hr_y.shape[1] // LEVELS[field])
        found = whole(pairs, number, field)
        assert found.dtype == np.float32
        assert np.allclose(resize(to_float(hr_y), size), found, atol=1e-6)


@pytest.mark.parametrize("field", LEVELS)
@pytest.mark.parametrize("window", [Window(0, 0, 5, 4), Window(3, 2, 4, 5), Window(5, 4, 5, 5)])
def test_a_patch_of_a_level_is_that_part_of_the_whole(tmp_path: Path, field: str, window: Window) -> None:
    large = np.random.default_rng(4).integers(0, 256, (82, 76, 3), np.uint8)
    pairs, by = make(tmp_path, [Sample("large", {"hr": large})], scale=2 * LEVELS[field]), 2
    rows = slice(by * window.top, by * (window.top + window.height))
    columns = slice(by * window.left, by * (window.left + window.width))

    found = pairs.field(pairs.entries[0], field, window)

    assert (by * window.height, by * window.width, 1) == found.shape
    assert np.allclose(whole(pairs, 0, field)[rows, columns], found, atol=1e-6)


def test_a_level_that_the_scale_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"hr_half_y: .* scale 3 have no such level; read it at larger scales that 2 "):
        whole(make(tmp_path), 0, "hr_half_y")


def batches(pairs: PairSet, *fields: str, **options: Any) -> Batches:
    given = {"size": 4, "patch": 6, "augment": "dihedral", "stream": (1, "model")}
    return Batches(pairs, fields, **{**given, **options})


def test_the_nth_sample_is_a_function_of_the_stream_and_n_alone(tmp_path: Path) -> None:
    pairs = make(tmp_path)
    stream, other = batches(pairs, "lr", "hr"), batches(pairs, "lr", "hr", stream=(1, "another"))
    fifth = stream[5]

    assert np.array_equal(
        in_unit(fifth["lr"]), np.stack([batches(pairs, "lr", "hr").sample(20 + i)["lr"] for i in range(4)])
    )
    assert np.array_equal(
        fifth["hr"],
        batches(pairs, "lr", "hr", size=2)[10]["hr"].tolist() + batches(pairs, "lr", "hr", size=2)[11]["hr"].tolist(),
    )
    assert not np.array_equal(fifth["lr"], stream[6]["lr"])
    assert not np.array_equal(fifth["lr"], other[5]["lr"])


@pytest.mark.parametrize("augment", ["none", "dihedral"])
def test_patches_of_lr_and_hr_show_the_same_place_in_the_same_way(tmp_path: Path, augment: str) -> None:
    """LR takes every third pixel here, so that the truth of every LR pixel is known."""
    given = [
        Sample(each.key, {"hr": each.planes["hr"][:36, :36], "lr": each.planes["hr"][1:36:3, 1:36:3]})
        for each in images()[:2]
    ]
    stream = batches(make(tmp_path, given, degradation="given"), "lr", "hr", augment=augment)

    for number in range(40):
        sample = stream.sample(number)
        assert (3, 6, 6) == sample["lr"].shape
        assert np.array_equal(sample["lr"], sample["hr"][:, 1::3, 1::3])


def test_all_eight_turns_and_every_image_come_up(tmp_path: Path) -> None:
    square = [Sample("a", {"hr": images()[0].planes["hr"][:18, :18]})]
    stream = batches(make(tmp_path, square), "lr")
    image = whole(stream.pairs, 0, "lr")
    versions = [np.moveaxis(to_float(turned(image, turn)), -1, 0) for turn in range(8)]

    found = {next(i for i, each in enumerate(versions) if np.allclose(each, stream.sample(n)["lr"])) for n in range(80)}

    assert set(range(8)) == found


def test_unpaired_sides_are_drawn_independently(tmp_path: Path) -> None:
    sides = [Sample(f"h{n}", {"hr": np.full((30, 30, 3), n, np.uint8)}) for n in range(4)]
    sides += [Sample(f"l{n}", {"lr": np.full((12, 12, 3), n, np.uint8)}) for n in range(4)]
    stream = batches(make(tmp_path, sides, degradation="given"), "lr", "hr")

    drawn = {(sample["lr"].flat[0], sample["hr"].flat[0]) for sample in map(stream.sample, range(100))}

    assert 16 == len(drawn)


def test_an_image_smaller_than_a_patch_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"i2 has 10x11 LR pixels, less than a patch of 11; choose a smaller `patch`"):
        batches(make(tmp_path), "lr", patch=11)


def test_a_field_that_nothing_gives_is_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match=r"nothing gives \['ref'\]; its images have only the planes \['hr', 'lr'\]"):
        batches(make(tmp_path), "lr", "ref")


def test_a_patch_is_floating_point_channels_first_in_the_unit_range(tmp_path: Path) -> None:
    sample = batches(make(tmp_path), "lr", "ilr_y").sample(0)

    assert {"lr": (3, 6, 6), "ilr_y": (1, 18, 18)} == {name: each.shape for name, each in sample.items()}
    assert all(each.dtype == np.float32 for each in sample.values())
    assert np.array_equal(to_uint8(sample["lr"]), np.rint(sample["lr"] * 255))
