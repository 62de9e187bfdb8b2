"""The page in a browser: what is clicked, dragged and typed does what it says, and nothing is asked of the network."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.reporting.made import ESPCN, MODELS, learnt, make, samples

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).is_file(), reason=f"no browser at {CHROMIUM}; set CHROMIUM"),
]
SECONDS_TO_USABLE = 2
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
READ = """() => {
    const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    const shown = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    %s
}"""
"""What is to be done with the values that the canvas shows; read from a copy, lest the browser complain."""
SPREAD = READ % "return new Set(shown).size;"
SUM = READ % "return shown.reduce((a, b) => (a * 31 + b) % 1000003, 7);"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of five models on two suites, with images of three parts."""
    folder = tmp_path_factory.mktemp("page")
    models = {**MODELS, "other-x2": ("luma-x2", learnt({**ESPCN, "widths": [2, 2]}))}
    path = folder / "index.html"
    path.write_text(make(folder, models, samples("a", "b", size=(330, 336))).page(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, list[str], list[str]]]:
    """The page, usable, what its console has complained of, and what it has asked for."""
    page = browser.new_page(viewport=WIDE, reduced_motion="reduce")  # nothing moves while it is looked for
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_selector("#viewer[data-ready]")
    yield page, complaints, asked
    page.close()


@pytest.fixture
def page(opened: tuple[Page, list[str], list[str]]) -> Iterator[Page]:
    """The page as it is after loading; at the end it must not have complained nor asked for anything."""
    page, complaints, asked = opened
    page.set_viewport_size(WIDE)
    page.evaluate("() => show(0, 0).then(() => change({ mode: 'slide', split: 0.5, gain: 3 }))")
    choose(page, "left", "bicubic-x2")
    choose(page, "right", "edsr-x2")
    page.locator("#canvas").focus()
    yield page
    assert [] == complaints
    assert [] == [each for each in asked if not each.startswith(("data:", "file:"))]
    assert 1 == len([each for each in asked if each.startswith("file:")])


def state(page: Page, name: str) -> Any:
    """Return a value of the viewer's state."""
    return page.evaluate(f"() => state.{name}")


def choose(page: Page, hand: str, side: str) -> None:
    page.get_by_label(f"{side} {hand}", exact=True).check()


def order(page: Page) -> list[str]:
    """Return the models of the table of luma, from top to bottom."""
    return page.locator("#scores-luma-x2 tbody th").all_inner_texts()


@pytest.mark.prove
def test_the_page_is_usable_within_two_seconds(browser: Browser, address: str, page: Page) -> None:
    """The quickest of three, since other tests keep the cores busy."""
    times = []
    for _ in range(3):
        tab = browser.new_page(viewport=WIDE)
        start = time.perf_counter()
        tab.goto(address)
        tab.wait_for_selector("#viewer[data-ready]")
        times.append(time.perf_counter() - start)
        tab.close()

    assert min(times) < SECONDS_TO_USABLE


def test_a_click_on_a_header_sorts_and_another_turns_the_order_round(page: Page) -> None:
    header = page.locator("#scores-luma-x2 thead th", has_text="parameters")
    size = page.locator("#scores-luma-x2 tbody tr td:nth-last-child(3)")

    header.get_by_role("button").click()
    up = [float(each.get_attribute("data-value") or "") for each in size.all()]
    assert "ascending" == header.get_attribute("aria-sort")
    header.get_by_role("button").click()
    down = [float(each.get_attribute("data-value") or "") for each in size.all()]

    assert "descending" == header.get_attribute("aria-sort")
    assert sorted(up) == up == down[::-1]
    assert 3 == len(set(up))


def test_the_keyboard_sorts_too_and_a_model_without_a_gain_stays_last(page: Page) -> None:
    header = page.locator("#scores-luma-x2 thead th", has_text="gain")

    header.get_by_role("button").focus()
    page.keyboard.press("Enter")
    first = order(page)
    page.keyboard.press("Space")
    second = order(page)

    assert "ascending" == header.get_attribute("aria-sort")
    assert "bicubic-luma-x2" == first[-1] == second[-1]
    assert first[:2] == second[:2][::-1]
    page.locator("#scores-luma-x2 thead button").first.click()
    assert sorted(order(page)) == order(page)


def test_the_slider_follows_the_pointer_its_own_range_and_keys(page: Page) -> None:
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, middle, steps=3)
    page.mouse.up()
    assert abs(state(page, "split") - 0.25) < 0.01
    page.keyboard.press(".")
    assert abs(state(page, "split") - 0.30) < 0.01
    page.locator("#split").fill("80")

    assert 0.8 == state(page, "split")
    assert "left: 80%;" == page.locator("#divider").get_attribute("style")


def test_left_and_right_of_the_slider_lie_the_pixels_of_their_sides(page: Page) -> None:
    """Every pixel of the canvas is that of the side it stands on, magnified by repeating."""
    wrong = page.evaluate(
        READ
        % """
        const cut = Math.round(canvas.width * state.split), factor = canvas.width / state.sheets[0].width;
        const sides = [state.left, state.right].map((side) => valuesOf(state.sheets[side]).data);
        let wrong = 0;
        for (let y = 0; y < canvas.height; y += 1) for (let x = 0; x < canvas.width; x += 1) {
            const from = 4 * (Math.floor(y / factor) * state.sheets[0].width + Math.floor(x / factor));
            const side = sides[x < cut ? 0 : 1], at = 4 * (y * canvas.width + x);
            wrong += [0, 1, 2].some((c) => shown[at + c] !== side[from + c]);
        }
        return wrong;"""
    )

    assert page.evaluate("() => canvas.width / state.sheets[0].width") == 4
    assert 0 == wrong


def test_space_blinks_between_the_two_sides(page: Page) -> None:
    seen = []
    for _ in range(3):
        page.keyboard.press("Space")
        tags = page.locator(".tag:visible").all_inner_texts()
        seen.append((state(page, "mode"), *tags, page.evaluate(SUM)))

    assert [("blink", "edsr-x2"), ("blink", "bicubic-x2")] == [each[:2] for each in seen[:2]]
    assert seen[0] == seen[2] != seen[1]


def test_zoom_shows_fewer_pixels_and_ends_where_it_should(page: Page) -> None:
    shown = []
    for key in ("0", "+", "+", "+", "+", "+", "-", "0"):
        page.keyboard.press(key)
        shown.append((state(page, "zoom"), page.locator("#zoom-shown").inner_text()))

    zooms = [1, 2, 4, 8, 16, 16, 8, 1]
    assert [(each, f"{4 * each}×") for each in zooms] == shown
    page.get_by_role("button", name="Zoom in").click()
    assert 2 == state(page, "zoom")
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 330, steps=3)
    page.mouse.up()
    assert 0.5 == state(page, "split")
    assert 0.5 > state(page, "centre")[0] >= 0.25


def test_the_difference_of_a_side_with_itself_is_black_and_gain_brightens_that_of_two(page: Page) -> None:
    page.keyboard.press("d")
    plain = page.evaluate(SPREAD)
    page.locator("#gain").fill("5")
    brighter = page.evaluate(SUM)
    assert "×32" == page.locator("#gain-shown").inner_text()
    page.locator("#gain").fill("0")
    assert brighter != page.evaluate(SUM)
    choose(page, "left", "edsr-x2")

    assert plain > 2
    assert 2 == page.evaluate(SPREAD)  # black, and opaque


def test_arrows_go_through_images_and_parts_and_round_again(page: Page) -> None:
    seen = [(state(page, "scene"), state(page, "part"), page.evaluate(SUM))]
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(120)
        seen.append((state(page, "scene"), state(page, "part"), page.evaluate(SUM)))
    last = page.evaluate("() => scenes.length - 1")

    assert [(0, 0), (0, 1), (0, 2), (0, 0), (1, 0), (0, 0), (last, 0)] == [each[:2] for each in seen]
    assert len({each[2] for each in seen}) >= 5
    assert "luma-x2" == page.evaluate("() => scenes[state.scene].suite")


def test_digits_choose_sides_and_a_question_mark_shows_the_keys(page: Page) -> None:
    page.keyboard.press("4")
    page.keyboard.press("Shift+1")
    page.keyboard.press("9")  # there are four sides
    chosen = page.locator("#sides input:checked").evaluate_all("(all) => all.map((each) => each.ariaLabel)")

    assert ["LR, nearest left", "truth right"] == chosen
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()


def test_what_is_chosen_stays_chosen_on_the_next_image_that_has_it(page: Page) -> None:
    choose(page, "left", "truth")  # after a click the arrows are the viewer's
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(120)

    assert ["truth", "edsr-x2"] == page.evaluate("() => [state.left, state.right].map((n) => scenes[1].sides[n].name)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_telephone_scrolls_down_and_never_sideways(browser: Browser, address: str, theme: Any, page: Page) -> None:
    tab = browser.new_page(viewport=NARROW, color_scheme=theme, has_touch=True)
    tab.goto(address)
    tab.wait_for_selector("#viewer[data-ready]")
    tab.evaluate("() => document.querySelectorAll('details').forEach((each) => (each.open = true))")
    tab.locator("#help").click()
    widths = tab.evaluate("() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
    paper = tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
    tab.close()

    assert [390, 390, 390] == widths
    assert {"light": "rgb(253, 253, 251)", "dark": "rgb(20, 22, 24)"}[theme] == paper


def test_the_button_turns_light_into_dark_and_back(page: Page) -> None:
    def paper() -> Any:
        return page.evaluate("() => getComputedStyle(document.body).backgroundColor")

    before = paper()
    page.locator("#theme").click()
    after = paper()
    page.locator("#theme").click()

    assert before == paper() != after


def test_a_sentence_appears_on_focus_and_on_hovering_and_goes_with_escape(page: Page) -> None:
    owner = page.locator("#scores-luma-x2 thead .tip").first
    owner.focus()
    assert "Peak signal-to-noise ratio" in page.locator("#tip").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#tip").is_visible()
    owner.hover()
    assert page.locator("#tip").is_visible()
    page.mouse.move(1, 1)
    assert not page.locator("#tip").is_visible()


def test_a_curve_tells_its_values_under_the_pointer_and_by_arrow_keys(page: Page) -> None:
    chart = page.locator("[data-series]").first
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": 0.65 * box["width"], "y": box["height"] / 2})
    assert "edsr-x2: 0.25 at step 20" in page.locator("#tip").inner_text()
    page.mouse.move(1, 1)
    chart.focus()
    page.keyboard.press("ArrowRight")
    assert "edsr-x2: 0.125 at step 30" in page.locator("#tip").inner_text()
