"""Work on parts of an image, on all cores."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Part = TypeVar("Part")


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


@cache
def _pool(_process: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a fork has its parent's pool, but none of its threads."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="pixels")
