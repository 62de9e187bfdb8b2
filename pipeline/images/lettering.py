"""Words as pixels, for pictures that need captions."""

from collections.abc import Iterable, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 14
"""The height of the letters, in pixels, as OpenCV counts it."""
LINE = 19
"""From one line to the next, in pixels."""
BASE = 14
"""From the top of a line to the foot of its letters, in pixels."""
WEIGHT = 400
"""Of the strokes: that of a book."""
INK = (40, 40, 40)


def wrapped(words: Iterable[str], width: int) -> list[str]:
    """Return ``words``, with commas between them, as lines of at most ``width`` pixels; none is broken."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}, {word}" if lines else word
        if lines and _width(f"{longer},") > width:
            lines[-1] += ","
            lines.append(word)
        else:
            lines[-1:] = [longer]
    return lines


def lettered(lines: Sequence[str], width: int) -> NDArray[np.uint8]:
    """Return ``lines`` in dark letters on white: RGB (LINE * lines, width, 3)."""
    page = np.full((LINE * len(lines), width, 3), 255, np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(page, line, (0, LINE * number + BASE), INK, _font(), SIZE, WEIGHT)
    return page


def _width(text: str) -> int:
    left, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), SIZE, WEIGHT)
    return int(left + width)


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")
