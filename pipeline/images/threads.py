"""Work on images and on parts of an image, on all cores."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import cv2

Part = TypeVar("Part")
Made = TypeVar("Made")

_COUNTED = threading.Lock()
_inside: list[int] = []
"""For everybody inside ``one_each`` the threads that OpenCV had before."""


def cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[Part], None], parts: Iterable[Part]) -> None:
    """Do ``work`` on every part, on all cores where there are several parts; raise the first part's error.

    ``work`` must not call ``each`` itself: the threads are shared, and those that wait do not work.
    """
    listed = list(parts)
    if len(listed) < 2 or cores() < 2:
        for part in listed:
            work(part)
    else:
        list(_pool(os.getpid()).map(work, listed))


def ahead(work: Callable[[Part], Made], parts: Iterable[Part]) -> Iterator[Made]:
    """Yield what ``work`` makes of each part, in order, while the next ones are worked on: one more than cores.

    ``work`` may call ``each``. An error is raised in its part's place, when what has begun has ended.
    """
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(cores(), thread_name_prefix="images") as pool:
        try:
            for part in parts:
                waiting.append(pool.submit(work, part))
                if len(waiting) > cores():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def one_each() -> Iterator[None]:
    """Let every call of OpenCV stay in its caller's thread, in the whole process, and then be as before.

    Several threads may be inside at once: the last one that leaves restores what the first one has found.
    """
    with _COUNTED:
        _inside.append(_inside[0] if _inside else cv2.getNumThreads())
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        with _COUNTED:
            before = _inside.pop()
            if not _inside:
                cv2.setNumThreads(before)


@cache
def _pool(_process: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a fork has its parent's pool, but none of its threads."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="pixels")
