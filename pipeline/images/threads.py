"""How many threads the functions of images use inside, where whoever calls them has threads of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def one_each() -> Iterator[None]:
    """Let every call of OpenCV stay in its caller's thread, in the whole process, and then be as before."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
