"""The page: the same inputs the same bytes, every model and no other, exact pixels, and no way out of it."""

from __future__ import annotations

import copy
import json
import re
from base64 import b64decode
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import DataError, ScoreError
from pipeline.pairs.reading import PairSet
from pipeline.reporting import viewing
from pipeline.reporting.gathering import Places
from pipeline.reporting.page import page
from pipeline.restoring.image import restore
from pipeline.saved import load_recipe
from tests.reporting.world import CPU, HOSTILE, made

World = tuple[dict[str, Any], Places]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def text(world: World) -> str:
    return page(*world, CPU)


class Outline(HTMLParser):
    """Notes the elements of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def scenes(text: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/json" id="pictures">(.*?)</script>', text, re.DOTALL)
    assert found
    loaded: list[dict[str, Any]] = json.loads(found[1])
    return loaded


def pixels(encoded: str) -> NDArray[np.uint8]:
    decoded = cv2.imdecode(np.frombuffer(b64decode(encoded), np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(decoded, np.uint8)


def test_the_same_inputs_give_the_same_bytes(world: World, text: str) -> None:
    assert text == page(*world, CPU)


def test_every_model_is_there_and_a_removed_one_is_not(world: World, text: str) -> None:
    params = copy.deepcopy(world[0])
    del params["models"]["tiny-x2"]

    assert all(name in text for name in ("plain-x2", "tiny-x2"))
    assert "tiny-x2" not in page(params, world[1], CPU)


def test_the_numbers_are_those_of_the_scores(world: World, text: str) -> None:
    params, places = world
    for name in params["models"]:
        means = json.loads((places.scores / f"{name}.json").read_text(encoding="utf-8"))["set-x2"]

        assert f">{means['psnr_y8']:.2f}<" in text
        assert f">{means['ssim_y8']:.4f}<" in text


def test_the_pixels_of_the_viewer_are_those_that_restoring_gives(world: World, text: str) -> None:
    _, places = world
    pairs = PairSet(places.pairs / "set-x2")
    for scene in scenes(text):
        (entry,) = (each for each in pairs.entries if each.key == scene["image"])
        whole = pairs.whole(entry)
        planes = {name: pairs.field(entry, name, whole) for name in ("lr", "hr")}
        sides = [planes["lr"].repeat(2, 0).repeat(2, 1)]
        for name in ("plain-x2", "tiny-x2"):
            restored = restore(load_recipe(places.models / name), {"lr": planes["lr"]}, 2, CPU).pixels
            assert restored is not None
            sides.append(restored)
        sides.append(planes["hr"])
        for part in scene["parts"]:
            top, left, height, width = part["box"]
            for encoded, side in zip(part["pixels"], sides, strict=True):
                shown = pixels(encoded)
                shown = shown if shown.shape[:2] == (height, width) else shown.repeat(2, 0).repeat(2, 1)

                cut = side[top : top + height, left : left + width]
                assert np.array_equal(np.broadcast_to(cut, shown.shape), shown)


def test_names_of_files_do_no_harm(text: str) -> None:
    outline = Outline()
    outline.feed(text)

    assert HOSTILE in [scene["image"] for scene in scenes(text)]
    assert "a<b>" not in text.replace(json.dumps(HOSTILE), "")
    assert 2 == sum(tag == "script" for tag, _ in outline.found)


def test_nothing_in_the_page_asks_for_anything(text: str) -> None:
    outline = Outline()
    outline.feed(text)
    asked = [
        (tag, name, value)
        for tag, attributes in outline.found
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset") and not (value or "").startswith(("#", "data:"))
    ]

    assert [] == asked
    assert [] == re.findall(r"url\((?!data:)|@import|\bfetch\(|XMLHttpRequest|WebSocket|https?://", text)
    assert "default-src 'none'" in unescape(text)


def test_a_suite_that_matches_nothing_published_says_so(text: str) -> None:
    assert "No published number has this network" in text


def test_pictures_stay_within_their_budget(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "BUDGET", 30_000)
    found = scenes(page(*world, CPU))

    assert found
    assert 30_000 >= sum(
        len(scene["thumbnail"]) + sum(len(each) for part in scene["parts"] for each in part["pixels"])
        for scene in found
    )


def test_what_cannot_be_reported_is_one_line(world: World) -> None:
    params, places = copy.deepcopy(world[0]), world[1]
    params["models"]["absent-x2"] = params["models"]["tiny-x2"]
    with pytest.raises(DataError, match=r"absent-x2.json: not found; run `dvc repro`"):
        page(params, places, CPU)
    params["models"] = {}
    with pytest.raises(ScoreError, match="names no model"):
        page(params, places, CPU)


def test_the_report_of_a_checkout_is_not_larger_than_promised() -> None:
    path = Path(__file__).parents[2] / "reports" / "index.html"
    if not path.is_file():
        pytest.skip("there is no report yet: `dvc repro` makes it")

    assert path.stat().st_size < 6_000_000
