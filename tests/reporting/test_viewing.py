"""The viewer's pictures are what restoring gives, to the pixel, and all of them fit into a budget."""

from __future__ import annotations

from base64 import b64decode
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_uint8
from pipeline.images.resize import resize
from pipeline.kinds import Sample
from pipeline.pairs.reading import PairSet
from pipeline.pairs.scales import Scales
from pipeline.reporting import viewing
from pipeline.reporting.gathering import Contender, Suite
from pipeline.reporting.regions import SIDE, parts, telling
from pipeline.reporting.words import Measure
from pipeline.restoring.image import restore
from pipeline.restoring.levels import levels
from pipeline.saved import load_recipe
from tests.reporting.made import CPU, MODELS, World, image, make, samples, shown


def decoded(text: str) -> NDArray[np.uint8]:
    """Return a picture of the viewer as RGB."""
    pixels = cv2.imdecode(np.frombuffer(b64decode(text), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def expected(world: World, scene: dict[str, Any]) -> dict[str, NDArray[np.uint8]]:
    """Return what each side of a scene must be, made anew: (H, W, C), LR (h, w, C)."""
    pairs = PairSet(world.places.pairs / scene["suite"])
    entry = next(each for each in pairs.entries if each.key == scene["image"])
    planes: dict[str, Any] = {name: pairs.field(entry, name, pairs.whole(entry)) for name in entry.planes}
    truth = planes.pop("hr")
    grey = "lr_y" in planes
    made = {"truth": luma(truth)[..., None] if grey else truth}
    made["LR, nearest"] = to_uint8(planes["lr_y"]) if grey else planes["lr"]
    for name, (suite, _) in MODELS.items():
        if suite == scene["suite"] and name in world.params["models"]:
            how = world.params["suites"][suite]["self_ensemble"]
            found = restore(load_recipe(world.places.models / name), planes, 2, CPU, how)
            whole = found.pixels
            if whole is None:
                assert found.luma is not None
                whole = levels(found.luma, truth)[..., None]
            made[name] = whole
    return made


@pytest.mark.parametrize(("channels", "how"), [(1, "none"), (3, "none"), (3, "mean")])
def test_every_side_is_what_restoring_gives_to_the_pixel(tmp_path: Path, channels: int, how: str) -> None:
    world = make(tmp_path, images=samples("a", "b", size=(190, 208), channels=channels))
    for suite in world.params["suites"].values():
        suite["self_ensemble"] = how
    scenes = shown(world.page())

    assert {("rgb-x2", "a"), ("rgb-x2", "b"), ("luma-x2", "a"), ("luma-x2", "b")} == {
        (scene["suite"], scene["image"]) for scene in scenes
    }
    for scene in scenes:
        wanted = expected(world, scene)
        assert set(wanted) == {side["name"] for side in scene["sides"]}
        for part in scene["parts"]:
            assert len(scene["sides"]) == len(part["pixels"])
            for side, text in zip(scene["sides"], part["pixels"], strict=True):
                cut = cut_of(wanted[side["name"]], part["box"], 2 if side["name"] == "LR, nearest" else 1)
                assert np.array_equal(np.broadcast_to(cut, (*cut.shape[:2], 3)), decoded(text)), side["name"]


def cut_of(pixels: NDArray[np.uint8], box: list[int], scale: int) -> NDArray[np.uint8]:
    top, left, height, width = (each // scale for each in box)
    return pixels[top : top + height, left : left + width]


def test_where_no_model_interpolates_bicubic_is_made_for_the_viewer(tmp_path: Path) -> None:
    world = make(tmp_path, {"edsr-x2": MODELS["edsr-x2"]})

    for scene in shown(world.page()):
        wanted = expected(world, scene)
        large = resize(wanted["LR, nearest"], wanted["truth"].shape[:2])
        assert ["LR, nearest", "bicubic", "edsr-x2", "truth"] == [side["name"] for side in scene["sides"]]
        assert np.array_equal(cut_of(large, scene["parts"][0]["box"], 1), decoded(scene["parts"][0]["pixels"][1]))


def test_of_a_clip_the_frame_in_the_middle_is_shown(tmp_path: Path) -> None:
    clip = np.stack([image(32, 36, 3, seed=seed) for seed in range(3)])
    world = make(tmp_path, {name: MODELS[name] for name in ("bicubic-x2",)}, [Sample("c", {"hr": clip})])

    (scene,) = shown(world.page())

    assert [2, 3] == scene["frame"]
    assert np.array_equal(cut_of(clip[1], scene["parts"][0]["box"], 1), decoded(scene["parts"][0]["pixels"][-1]))


def test_the_score_beside_a_side_is_that_of_the_whole_image(tmp_path: Path) -> None:
    world = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"]}, samples("a"))
    line = (world.places.scores / "bicubic-x2.csv").read_text().splitlines()[1]

    (scene,) = shown(world.page())

    assert ["", f"{float(line.split(',')[2]):.2f}", ""] == [side["score"] for side in scene["sides"]]


@pytest.mark.parametrize("budget", [0, 20_000, 60_000, 10**9])
def test_pictures_stay_within_the_budget_and_every_image_comes_before_any_second_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(viewing, "BUDGET", budget)
    monkeypatch.setattr("pipeline.reporting.regions.SIDE", 32)
    scenes = shown(make(tmp_path, images=samples("a", "b", "c", size=(64, 96))).page())

    counts = [len(scene["parts"]) for scene in scenes]
    taken = [len(text) for scene in scenes for part in scene["parts"] for text in part["pixels"]]
    assert sum(taken) + sum(len(scene["thumbnail"]) for scene in scenes) <= budget
    assert {0: 0, 10**9: 18}.get(budget, sum(counts)) == sum(counts)
    assert len(scenes) == 6 or max(counts, default=0) <= 1


def test_the_budgets_of_the_viewer_and_its_frame_leave_the_page_below_six_megabytes(tmp_path: Path) -> None:
    text = make(tmp_path).page()
    pictures = sum(len(text) for scene in shown(text) for part in scene["parts"] for text in part["pixels"])

    assert len(text.encode()) - pictures + viewing.BUDGET < 6_000_000


def contender(name: str, *values: float) -> Contender:
    images = {("s", f"i{number}"): {"psnr_y8": value} for number, value in enumerate(values)}
    return Contender(name, {"training": {"network": {"name": "edsr"}}}, "c0", 0, {}, images, {}, [])


def suite(*contenders: Contender, better: Any = "higher") -> Suite:
    main = Measure("psnr_y8", "dB", better)
    return Suite("s", Scales(2), "uint8", "none", (main,), main, contenders)


@pytest.mark.parametrize(("better", "last"), [("higher", ["i0", "i3"]), ("lower", ["i3", "i0"])])
def test_images_that_tell_models_apart_come_first_then_the_hard_ones(better: str, last: list[str]) -> None:
    found = telling(suite(contender("a", 30, 30, 30, 40), contender("b", 30, 33, 31, 40), better=better), 4)

    assert ["i1", "i2", *last] == [key for _, key in found]
    assert 2 == len(telling(suite(contender("a", 1, 2, 3)), 2))


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(24, 36), (168, 600), (480, 480)])
def test_parts_lie_on_the_grid_of_lr_inside_the_image_and_never_over_another(scale: int, size: tuple[int, int]) -> None:
    sides = [image(*size, 3, seed=seed) for seed in (1, 2)]

    boxes = parts(sides, image(*size, 3), scale, 3)

    assert 1 <= len(boxes) <= 3
    for top, left, height, width in boxes:
        assert not any(each % scale for each in (top, left, height, width))
        assert 0 <= top <= size[0] - height
        assert 0 <= left <= size[1] - width
        assert max(height, width) <= SIDE
    for (top, left, high, wide), (y, x, _, _) in combinations(boxes, 2):
        assert abs(top - y) >= high or abs(left - x) >= wide


def test_the_first_part_holds_what_differs_most() -> None:
    flat = np.zeros((480, 480, 3), np.uint8)
    other = flat.copy()
    other[300:310, 200:210] = 90
    other[20:30, 20:30] = 30

    (top, left, height, width), *_ = parts([flat, other], flat, 2, 3)

    assert top <= 300 <= 310 <= top + height
    assert left <= 200 <= 210 <= left + width
