"""The contact sheet: it shows what the pairs would really hold, says what was drawn, and refuses in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.learned import Learned
from pipeline.errors import DataError, ImageError, ParamsError, PipelineError
from pipeline.images.files import read, write_png
from pipeline.images.lettering import LINE, lettered, wrapped
from pipeline.kinds import Sample
from pipeline.lookup import build, settings
from pipeline.pairs.making import make_pairs
from pipeline.pairs.reading import PairSet
from pipeline.pairs.settings import Pairs
from pipeline.pairs.sheet import MARGIN, SIDE, sheet
from pipeline.randomness import generator
from pipeline.shards.writing import pack
from stages.__main__ import run
from tests.clones import ROOT
from tests.degradations.test_laws import SIZE, SPECS, TARGET, made

TO_TARGET: dict[str, Any] = {"resize": {"to": "target", "kernel": "bicubic"}}
CHAIN = [{"blur": {"sigma": [0.2, 3.0], "size": [7, 21]}}, TO_TARGET, {"noise": {"sigma": [0.0, 0.2]}}]


def picture(folder: Path, *shape: int) -> Path:
    levels = np.random.default_rng(1).integers(0, 256, shape or (40, 50, 3), np.uint8)
    write_png(folder / "kitten.png", levels)
    return folder / "kitten.png"


def pairs(**options: Any) -> Pairs:
    block = {"source": "set", "scale": 3, "learner": "scratch", "rounding": "uint8", "degradation": CHAIN, **options}
    return settings(Pairs, block)


def page(folder: Path, image: Path, count: int = 3, **options: Any) -> NDArray[np.uint8]:
    return sheet(pairs(**options), "some-x3", image, learner=folder / "models/none", own=folder, seed=7, count=count)


def tile(found: NDArray[np.uint8], number: int, across: int = 2) -> NDArray[np.uint8]:
    """Return the picture of a tile on a page whose captions are all as long."""
    down = (found.shape[0] - MARGIN) // 2
    top, left = MARGIN + number // across * down, MARGIN + number % across * (SIDE + MARGIN)
    return found[top : top + SIDE, left : left + SIDE]


@pytest.mark.parametrize(
    ("rounding", "shape"), [("uint8", (40, 50, 3)), ("uint8", (900, 31, 1)), ("uint8", (7, 700, 3))]
)
def test_the_tiles_are_the_hr_and_lr_images_that_the_pairs_hold(
    tmp_path: Path, rounding: str, shape: tuple[int, ...]
) -> None:
    image = picture(tmp_path, *shape)
    hr = read(image.read_bytes(), image.name)
    pack([Sample("kitten", {"hr": hr})], None, tmp_path / "shards")
    make_pairs(pairs(), "some-x3", shards=tmp_path / "shards", learner=tmp_path, out=tmp_path / "pairs", seed=7)
    held = PairSet(tmp_path / "pairs")
    lr = held.shards.plane(held.entries[0], "lr")

    found = page(tmp_path, image)

    high, wide = (min(SIDE // 3, length) for length in lr.shape[:2])
    top, left = ((length - shown) // 2 for length, shown in zip(lr.shape[:2], (high, wide), strict=True))
    shown = tile(found, 1)[: 3 * high, : 3 * wide]
    assert np.array_equal(np.broadcast_to(lr[top : top + high, left : left + wide], (high, wide, 3)), shown[1::3, 1::3])
    assert np.array_equal(shown[::3, ::3], shown[2::3, 2::3])
    top, left = ((length - length % 3 - min(SIDE, length - length % 3)) // 2 for length in shape[:2])
    assert np.array_equal(np.broadcast_to(hr[top, left], 3), tile(found, 0)[0, 0])


def test_every_tile_is_another_draw_and_the_same_page_comes_again(tmp_path: Path) -> None:
    first, again = (page(tmp_path, picture(tmp_path)) for _ in range(2))

    assert np.array_equal(first, again)
    assert 4 == len({tile(first, number).tobytes() for number in range(4)})


def test_pairs_of_luma_show_luma(tmp_path: Path) -> None:
    found = page(tmp_path, picture(tmp_path), rounding="none", degradation=[TO_TARGET])

    assert 0 == np.ptp(found, axis=-1).max()


def test_a_draw_is_told_in_short_words() -> None:
    link = build("degradations", {"name": "chain", "links": [
        {"blur": {"sigma": [1.8, 1.8], "size": [7, 7]}},
        {"one_of": {"links": [{"sinc": {"weight": 1, "cutoff": [0.5, 0.5], "size": [7, 7]}}]}},
        {"maybe": {"chance": 0.0, "links": [{"jpeg": {"quality": [1, 1]}}]}},
        {"maybe": {"chance": 1.0, "links": [{"disk": {"radius": [2, 2]}}]}},
        {"shuffled": {"links": [TO_TARGET]}},
        {"repeat": {"times": [2, 2], "links": [{"noise": {"sigma": [0.1, 0.1], "grey": 1.0}}]}},
        {"speckle": {"sigma": [0.1, 0.1]}},
        {"poisson": {"scale": [1.5, 1.5]}},
        {"jpeg": {"quality": [61, 61]}},
        {"webp": {"quality": [62, 62]}},
    ]})  # fmt: skip

    assert (
        "blur 1.8, sinc 0.50, disk 2.0, resize 9x7, noise 25.5/255 grey, noise 25.5/255 grey, speckle 10 %, "
        "poisson 1.50, jpeg 61, webp 62"
    ) == ", ".join(link.told(link.draw(generator(1), SIZE, TARGET)))
    bell = build("degradations", {"name": "blur", "sigma": [1, 2], "size": [7, 7]})
    assert ["blur 1.8 x 0.7 @ 34° beta 2.0"] == bell.told({"size": 7, "sigma": [1.8, 0.7], "angle": 34.2, "beta": 2.0})


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_whatever_is_drawn_can_be_told_in_words_that_fit_a_tile(spec: dict[str, Any]) -> None:
    link = made(spec)
    for key in "abcdef":
        words = link.told(link.draw(generator(key), SIZE, TARGET))

        assert all(3 < len(each) < 40 for each in words)
        assert words or spec["name"] in ("maybe", "repeat")


def test_what_is_blended_is_told_in_brackets_and_what_a_camera_does_to_light_comes_first() -> None:
    disk, never = {"disk": {"radius": [2, 2]}}, {"maybe": {"chance": 0.0, "links": [{"jpeg": {"quality": [1, 1]}}]}}
    isp = {"isp": {"shot": [0.01, 0.01], "links": [disk]}}
    chain = [
        disk,
        {"varying": {"links": [disk, disk]}},
        {"varying": {"links": [never]}},
        isp,
        {"isp": {"shot": "none"}},
    ]
    link = build("degradations", {"name": "chain", "links": chain})

    assert (
        "disk 2.0, varying [disk 2.0, disk 2.0], varying [nothing], disk 2.0, isp shot 0.01, isp without noise"
    ) == ", ".join(link.told(link.draw(generator(1), SIZE, TARGET)))


def test_a_link_without_words_of_its_own_is_told_by_its_names_and_numbers() -> None:
    drawn = {"length": 3.14159, "way": [1.0, 2], "file": "a.mat", "seed": 5, "wild": True, "tame": False, "none": None}

    class Strange(Learned):
        __module__ = "pipeline.degradations.very_odd"

        def __init__(self) -> None: ...

    assert ["very odd length 3.14 way 1 x 2 a.mat wild"] == Strange().told(drawn)


def test_words_are_wrapped_whole_and_letters_leave_ink_on_their_line_alone() -> None:
    lines = wrapped(["blur 1.8 x 0.7 @ 34°", "noise 8.2/255", "jpeg 61"], 180)

    page = lettered([*lines, "", "."], 180)
    assert ["blur 1.8 x 0.7 @ 34°,", "noise 8.2/255, jpeg 61"] == lines
    assert ["word"] == wrapped(["word"], 1)
    assert [] == wrapped([], 100)
    assert (4 * LINE, 180, 3) == page.shape
    ink = [int((page[LINE * line : LINE * (line + 1)] < 128).sum()) for line in range(4)]
    assert (ink[0] > 200, ink[1] > 200, ink[2], 0 < ink[3] < 50) == (True, True, 0, True)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"degradation": "given"}, ParamsError, "pairs.some-x3.degradation: is `given`; only a chain of links can be"),
        (
            {"degradation": [{"learned": {}}]},
            DataError,
            "pairs.some-x3.degradation: {own}models/none: holds no model; name",
        ),
        ({"degradation": [{"decimate": {"step": 2}}]}, DataError, "pairs.some-x3.degradation: leaves 20x24 of kitten"),
        (
            {"degradation": [{"albumentation": {"transform": "Blurr"}}]},
            ParamsError,
            "pairs.some-x3.degradation: albumentation: `Blurr` is not there",
        ),
        (
            {"degradation": [TO_TARGET, {"albumentation": {"transform": "ToFloat", "rounding": "uint8"}}]},
            ImageError,
            "pairs.some-x3.degradation: kitten: albumentation: makes float32",
        ),
        ({"scale": 64}, ImageError, "kitten.png: has 40x50 pixels; the scale is 64"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as raised:
        page(tmp_path, picture(tmp_path), **options)

    (line,) = str(raised.value).splitlines()
    assert line.removeprefix(f"{tmp_path}/").startswith(said.replace("{own}", f"{tmp_path}/"))


def shown(*words: str) -> None:
    run(["sheet", *words, "--models", "models", "--own", "own"])


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    shown("photos-train-x2", "--image", str(picture(tmp_path)), "--out", str(tmp_path / "deep/a.png"), "--count", "2")

    data = (tmp_path / "deep/a.png").read_bytes()
    assert MARGIN + 2 * (SIDE + MARGIN) == read(data, "a.png").shape[1]


@pytest.mark.parametrize(
    ("name", "image", "count", "said"),
    [
        (
            "photo-x2",
            "kitten.png",
            "1",
            "params.yaml: pairs has no `photo-x2`; choices: photos-train-x2, photos-test-x2",
        ),
        ("photos-train-x2", "dog.png", "1", "dog.png: cannot be read (No such file or directory)"),
        ("photos-train-x2", "", "1", ": cannot be read (Is a directory)"),
        ("photos-train-x2", "kitten.png", "0", "COUNT: must be a whole number from 1 to 100, not `0`"),
        ("photos-train-x2", "kitten.png", "x", "COUNT: must be a whole number from 1 to 100, not `x`"),
    ],
)
def test_the_command_refuses_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, image: str, count: str, said: str
) -> None:
    monkeypatch.chdir(ROOT)
    picture(tmp_path)

    with pytest.raises(PipelineError) as raised:
        shown(name, "--image", str(tmp_path / image), "--out", str(tmp_path / "a.png"), "--count", count)

    (line,) = str(raised.value).splitlines()
    assert line.removeprefix(str(tmp_path)).removeprefix("/").startswith(said)
    assert not (tmp_path / "a.png").exists()
