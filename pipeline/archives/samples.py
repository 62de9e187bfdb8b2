"""Samples from archives: which file is which plane of which sample, every image decoded in full."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.archives.having import Had
from pipeline.archives.reading import Members, opened, told
from pipeline.errors import ImageError, SourceError
from pipeline.images.files import read
from pipeline.kinds import Sample

Pixels: TypeAlias = NDArray[np.uint8]
Found: TypeAlias = tuple[Members, str]
"""A file inside an archive."""
Decode: TypeAlias = Callable[[bytes, str], Pixels]


def samples(had: Had, count: int | None, scratch: Path, decode: Decode = read) -> Iterator[Sample]:
    """Yield the samples of a packing, sorted by key.

    Args:
        had: the packing.
        count: how many samples there must be, None when nobody knows.
        scratch: a folder with room for what a compressed tar expands to.
        decode: the bytes of a file and its name to pixels.

    Raises:
        SourceError: a file is missing, comes twice, is broken or is not what its name says; the line names it.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        archives = [stack.enter_context(opened(path, scratch)) for path in had.paths]
        planes = {plane: _matching(archives, pattern) for plane, pattern in had.packing.planes.items()}
        keys = {key for found in planes.values() for key in found}
        for plane, found in planes.items():
            lacking = f"{min(keys - found.keys())} lacks its {plane}; " if keys - found.keys() else ""
            if lacking or not keys or count not in (None, len(keys)):
                raise SourceError(
                    f"{had.packing.name}: holds {len(keys)} of {count or 'some'} samples; {lacking}"
                    f"the {plane} images lie at {had.packing.planes[plane]}"
                )
        wanted = {key: {plane: found[key] for plane, found in planes.items()} for key in sorted(keys)}
        yield from decoded(wanted, decode)


def _pixels(members: Members, name: str, decode: Decode) -> Pixels:
    """Return the pixels (H, W, C) of one file inside an archive."""
    with told(members.path, name):
        data = members.read(name)
    try:
        return decode(data, name)
    except ImageError as error:
        raise SourceError(f"{members.path}: {error}") from None


def _matching(archives: Iterable[Members], pattern: str) -> dict[str, Found]:
    """Return the files that ``pattern`` matches, by the sample's key."""
    found: dict[str, Found] = {}
    for members in archives:
        for name in members.names():
            match = re.fullmatch(pattern, name)
            if match is None:
                continue
            if match["key"] in found:
                raise SourceError(f"{members.path}: {name} and {found[match['key']][1]} are the same image twice")
            found[match["key"]] = (members, name)
    return found


def decoded(wanted: Mapping[str, Mapping[str, Found]], decode: Decode = read) -> Iterator[Sample]:
    """Yield the samples of ``{key: {plane: file}}``, a few decoded ahead in threads; the order stays."""
    workers = min(os.cpu_count() or 1, 4)
    waiting: deque[tuple[str, dict[str, Future[Pixels]]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for key, planes in wanted.items():
                waiting.append((key, {plane: pool.submit(_pixels, *found, decode) for plane, found in planes.items()}))
                if len(waiting) > workers:
                    yield _sample(*waiting.popleft())
            while waiting:
                yield _sample(*waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _sample(key: str, planes: Mapping[str, Future[Pixels]]) -> Sample:
    return Sample(key, {plane: future.result() for plane, future in planes.items()})
