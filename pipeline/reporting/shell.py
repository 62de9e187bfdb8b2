"""The shell of a page: one file that asks nothing of anybody, and may run its own script alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from string import Template

DATA = ("shell.html",)


def shell(title: str, body: str, sections: Mapping[str, str], styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Return a page, made of files beside this module.

    Args:
        title: what the browser calls it.
        body: the template of its body.
        sections: what stands in for the names in ``body``.
        styles: the style sheets.
        scripts: the scripts, which become one; the page's policy knows it by its digest.
    """
    parts = [Template(_text(body)).substitute(sections)]
    script = "\n".join(_text(name) for name in scripts)
    if script:
        parts.append(f"<script>{script}</script>")
    return Template(_text(DATA[0])).substitute(
        title=title,
        style="\n".join(_text(name) for name in styles),
        body="\n".join(parts),
        allowed=f"; script-src 'sha256-{_digest(script)}'" if script else "",
    )


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode("ascii")


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").rstrip("\n")
