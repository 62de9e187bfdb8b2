"""Takes the pictures of the report: ``python docs/screenshots/take.py PAGE FOLDER`` with playwright and chromium.

Wide (1440 pixels) and narrow (390), light and dark, of the top of the page and of all of it.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WIDTHS = {"wide": (1440, 900), "narrow": (390, 844)}


def take(browser: Browser, page: Path, folder: Path, name: str, theme: str) -> None:
    """Write ``NAME-THEME.png``, what is seen without scrolling, and ``NAME-THEME-whole.png``."""
    width, height = WIDTHS[name]
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1)
    tab = context.new_page()
    tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    tab.goto(page.resolve().as_uri())
    tab.wait_for_selector("#viewer[data-ready]")
    tab.screenshot(path=folder / f"{name}-{theme}.png")
    tab.screenshot(path=folder / f"{name}-{theme}-whole.png", full_page=True)
    context.close()


def main(page: Path, folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in WIDTHS:
            for theme in ("light", "dark"):
                take(browser, page, folder, name, theme)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
