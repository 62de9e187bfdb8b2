"""Files and folders that appear whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Yield a fresh folder beside ``path`` that takes its place when the block ends; after an error it vanishes."""
    partial = _beside(path)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    shutil.rmtree(path, ignore_errors=True)
    partial.replace(path)


@contextmanager
def file(path: Path) -> Iterator[Path]:
    """Yield a name beside ``path``; what is written there is synced and takes its place when the block ends.

    After an error it vanishes.
    """
    partial = _beside(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    try:
        yield partial
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    with partial.open("rb+") as written:
        os.fsync(written.fileno())
    partial.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` whole or not at all."""
    with file(path) as partial:
        partial.write_text(text, encoding="utf-8")
