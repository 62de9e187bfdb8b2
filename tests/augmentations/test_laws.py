"""Laws of every augmentation: all chance is in the draw, sizes and formats stay, and LR remains HR's own LR."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError, ParamsError
from pipeline.kinds import Augmentation
from pipeline.lookup import build, names
from pipeline.randomness import generator

SCALE = 2
SPECS: list[dict[str, Any]] = [
    {"name": "dihedral"},
    {"name": "channels"},
    {"name": "channels", "chance": 0.5},
    {"name": "albumentations", "transforms": [{"RandomBrightnessContrast": {"p": 0.7}}, {"RandomGamma": {}}]},
    {"name": "albumentations", "transforms": [{"ImageCompression": {"quality_range": [20, 60]}}], "to": "lr"},
]
REFUSED = [
    ([{"HorizontalFlip": {}}], "`HorizontalFlip` moves pixels, or needs more than a picture; take a pixel-level"),
    ([{"Gauss": {}}], "`Gauss` is not there; take a pixel-level transform of albumentations"),
    ([{"Compose": {}}], "`Compose` is not there"),
    ([{"GaussNoise": {"sigma": 1}}], "`GaussNoise`: Argument"),
    ([{"GaussNoise": {"std_range": "high"}}], "`GaussNoise`: std_range: Input should be a valid tuple"),
    ([{"RandomGamma": {"p": 3}}], "`RandomGamma`: p: Input should be less than or equal to 1"),
    ([{"ToGray": {}, "RandomGamma": {}}], "must be one transform with its options each, not ToGray, RandomGamma"),
    ([{"OneOf": {"p": 1}}], "`OneOf` has none; list at least one under its `transforms`"),
    ([{"OneOf": {"transforms": [{"Rotate": {}}]}}], "`Rotate` moves pixels"),
]


def patches(kind: str = "rgb") -> dict[str, NDArray[np.uint8]]:
    """Return smooth HR, and every other pixel of it as LR."""
    shape = {"rgb": (16, 16, 3), "grey": (16, 16, 1), "clip": (2, 16, 16, 3)}[kind]
    rough = np.random.default_rng(3).integers(40, 210, shape)
    hr = rough.astype(np.uint8)
    return {"hr": hr, "lr": np.ascontiguousarray(hr[..., ::SCALE, ::SCALE, :])}


def made(spec: dict[str, Any]) -> Augmentation:
    part: Augmentation = build("augmentations", spec)
    return part


def ids(spec: dict[str, Any]) -> str:
    return " ".join(map(str, spec.values()))[:60]


def test_every_part_of_the_folder_has_an_example() -> None:
    assert set(names("augmentations")) == {spec["name"] for spec in SPECS}


@pytest.mark.parametrize("kind", ["rgb", "grey", "clip"])
@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_what_is_drawn_decides_all_and_sizes_stay(spec: dict[str, Any], kind: str) -> None:
    part, before, kept = made(spec), patches(kind), patches(kind)
    for key in "abcdef":
        drawn = part.draw(generator(key))

        first = part.apply(before, drawn)
        again = made(spec).apply(before, json.loads(json.dumps(drawn)))

        assert part.draw(generator(key)) == drawn
        for field, patch in before.items():
            assert np.array_equal(first[field], again[field])
            assert (first[field].dtype, first[field].shape[:-1]) == (patch.dtype, patch.shape[:-1])
            assert first[field].shape[-1] in (patch.shape[-1], 3)
            assert np.array_equal(patch, kept[field])


@pytest.mark.parametrize("spec", SPECS, ids=ids)
def test_chance_has_an_effect(spec: dict[str, Any]) -> None:
    part = made(spec)
    results = {part.apply(patches(), part.draw(generator(key)))["lr"].tobytes() for key in range(12)}

    assert len(results) > 2


@pytest.mark.parametrize("spec", SPECS[1:4], ids=ids)
def test_what_changes_each_pixel_by_itself_leaves_lr_the_lr_of_hr(spec: dict[str, Any]) -> None:
    part = made(spec)
    for key in range(12):
        after = part.apply(patches(), part.draw(generator(key)))
        assert np.array_equal(after["hr"][::SCALE, ::SCALE], after["lr"])


def test_the_six_orders_of_colours_are_as_likely() -> None:
    part, rng = made({"name": "channels"}), generator("orders")
    counts = Counter(tuple(part.draw(rng)["order"]) for _ in range(6000))

    assert len(counts) == 6
    assert max(abs(each - 1000) for each in counts.values()) < 5 * np.sqrt(6000 * 5 / 36)


def test_a_chance_of_none_shuffles_nothing() -> None:
    part = made({"name": "channels", "chance": 0.0})
    assert [0, 1, 2] == part.draw(generator("none"))["order"]


def test_a_policy_for_lr_leaves_hr_alone() -> None:
    before, part = patches(), made(SPECS[-1])
    after = part.apply(before, part.draw(generator(1)))

    assert after["hr"] is before["hr"]
    assert not np.array_equal(after["lr"], before["lr"])


@pytest.mark.parametrize(
    ("spec", "read", "barred"),
    [
        (SPECS[0], ["lr_y", "hr_y"], []),
        (SPECS[1], ["lr", "hr", "ilr"], []),
        (SPECS[1], ["lr", "hr_y"], ["hr_y"]),
        (SPECS[3], ["lr", "hr", "ref"], []),
        (SPECS[3], ["ilr", "hr_y"], ["ilr", "hr_y"]),
        (SPECS[4], ["ilr", "hr_y"], ["ilr"]),
        (SPECS[3], ["lr", "hr_at", "scale", "coord", "cell"], []),
    ],
)
def test_what_cannot_be_changed_alike_is_barred(spec: dict[str, Any], read: list[str], barred: list[str]) -> None:
    assert barred == made(spec).barred(read)


@pytest.mark.parametrize(("transforms", "says"), REFUSED, ids=lambda each: str(each)[:40])
def test_a_transform_that_cannot_be_is_refused(transforms: list[Any], says: str) -> None:
    with pytest.raises(ParamsError) as refused:
        made({"name": "albumentations", "transforms": transforms}).apply(patches(), {"seed": 1})
    assert str(refused.value).startswith(f"albumentations: {says}")
    assert "\n" not in str(refused.value)


def test_a_transform_that_leaves_another_format_is_told() -> None:
    part = made({"name": "albumentations", "transforms": [{"ToFloat": {}}]})
    with pytest.raises(ImageError, match=r"makes float32 \(8, 8, 3\) of uint8 \(8, 8, 3\); name transforms that keep"):
        part.apply({"lr": patches()["lr"]}, {"seed": 1})
