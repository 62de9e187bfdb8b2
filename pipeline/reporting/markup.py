"""HTML and SVG as text that is escaped unless it is known to be markup."""

from __future__ import annotations

from html import escape

VOID = ("input", "br", "col")


class Markup(str):
    """Text that is HTML already; every other text is escaped where it enters an element."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return an element with its children; an attribute of None is left out, ``class_`` is written ``class``.

    >>> element("td", "a < b", class_="number", data_value=1)
    '<td class="number" data-value="1">a &lt; b</td>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{said}>" if name in VOID else f"<{name}{said}>{joined(*children)}</{name}>")


def joined(*children: str) -> Markup:
    """Return texts one behind the other, escaping those that are no markup."""
    return Markup("".join(each if isinstance(each, Markup) else escape(each) for each in children))


def tip(text: str, sentence: str, class_: str = "tip") -> Markup:
    """Return ``text`` with a sentence that appears on hovering, focus or touch."""
    return element("span", text, class_=class_, tabindex=0, data_tip=sentence)
