"""The page in a browser: headless Chromium does what a reader does."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.reporting.page import page as written
from tests.reporting.world import CPU, made

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium (Debian, Ubuntu: apt install chromium; else CHROMIUM=path)"),
]

READY = "#viewer[data-ready]"
PATIENCE = 2000
"""Milliseconds in which the page must be usable."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "index.html").write_text(written(*made(folder), CPU), encoding="utf-8")
    return folder / "index.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright; `make setup` installs it")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The page, ready; at the end nothing must have been asked for and nothing have gone wrong."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    said: list[str] = []
    tab.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    tab.goto(file.as_uri())
    tab.wait_for_selector(READY)
    yield tab
    tab.close()
    assert [] == said


def shown(page: Page) -> str:
    """Return the canvas as text, to tell one picture from another."""
    return str(page.evaluate("document.getElementById('canvas').toDataURL()"))


def models(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("table.scores tbody th").all_inner_texts()]


def test_the_page_is_usable_within_two_seconds(browser: Browser, file: Path) -> None:
    tab = browser.new_page()
    start = time.perf_counter()
    tab.goto(file.as_uri())
    tab.wait_for_selector(READY, timeout=PATIENCE)
    tab.close()

    assert time.perf_counter() - start < PATIENCE / 1000


@pytest.mark.parametrize("how", ["click", "keyboard"])
def test_a_header_sorts_and_sorts_back(page: Page, how: str) -> None:
    header = page.locator("table.scores th button", has_text="PSNR y8")
    orders = [models(page)]
    for _ in range(2):
        if how == "click":
            header.click()
        else:
            header.focus()
            page.keyboard.press("Enter")
        orders.append(models(page))

    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[1] == orders[2][::-1]
    assert "ascending" == page.locator("table.scores th", has_text="PSNR y8").get_attribute("aria-sort")


def test_the_slider_uncovers_one_side_by_dragging_and_by_keys(page: Page) -> None:
    before = shown(page)
    box = page.locator("#canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] + 50, steps=4)
    page.mouse.up()
    dragged = shown(page)
    page.keyboard.press(".")

    assert 3 == len({before, dragged, shown(page)})


def test_space_blinks_between_the_sides(page: Page) -> None:
    page.locator("#canvas").focus()
    pictures = []
    for _ in range(4):
        page.keyboard.press("Space")
        pictures.append(shown(page))

    assert pictures[0] != pictures[1]
    assert pictures[:2] == pictures[2:]
    assert "true" == page.locator("button[data-mode=blink]").get_attribute("aria-pressed")


def test_the_difference_of_a_side_to_itself_is_black(page: Page) -> None:
    page.locator("#canvas").focus()
    page.keyboard.press("d")
    other = shown(page)
    page.keyboard.press("4")
    page.keyboard.press("Shift+4")
    black = page.evaluate(
        "(() => { const c = document.getElementById('canvas'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; return d.every((v, i) => i % 4 === 3 || v === 0) })()"
    )

    assert black
    assert other != shown(page)


def test_keys_go_to_the_next_image_zoom_and_help(page: Page) -> None:
    page.locator("#canvas").focus()
    first = page.locator("#where").inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("text => document.getElementById('where').innerText !== text", arg=first)
    before = page.locator("#zoom-shown").inner_text()
    page.keyboard.press("+")
    page.keyboard.press("?")

    assert before != page.locator("#zoom-shown").inner_text()
    assert page.locator("#keys").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_needs_no_scrolling_to_the_side(browser: Browser, file: Path, theme: str) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    tab.goto(file.as_uri())
    tab.wait_for_selector(READY)
    width = tab.evaluate("document.documentElement.scrollWidth")
    colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.close()

    assert 390 == width
    brightness = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3])
    assert (brightness > 600) == (theme == "light")
