"""Enlarging picture files: one, or a folder of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ImageError
from pipeline.images import pictures, raw
from pipeline.images.pictures import Picture
from pipeline.restoring.enlarging import Enlarger

log = logging.getLogger(__name__)


def upscale(enlarger: Enlarger, source: Path, out: Path, how: raw.Development | None = None) -> None:
    """Enlarge the picture ``source`` into ``out``, or every picture in the folder ``source`` into the folder ``out``.

    In a folder each picture becomes a PNG at the same place; one that cannot be read is named, and the others go on.

    Args:
        how: how RAW files are developed; None where nothing was said of it.

    Raises:
        ImageError: nothing to enlarge, a file that is no picture, or one that ``out`` cannot hold; ``how`` is said, but
            there is no RAW file.
    """
    if how and not any(map(_is_raw, source.rglob("*") if source.is_dir() else [source])):
        none = "holds none" if source.is_dir() else "is none"
        raise ImageError(f"RAW: says how camera RAW files are developed, but {source} {none}; leave it out")
    if source.is_dir():
        _folder(enlarger, source, out, how)
    else:
        _file(enlarger, source, out, how)


def _folder(enlarger: Enlarger, source: Path, out: Path, how: raw.Development | None) -> None:
    jobs, faults = list(_jobs(source, out)), 0
    if not jobs:
        endings = ", ".join((*pictures.READ, *raw.ENDINGS))
        raise ImageError(f"{source}: holds no picture; their endings are {endings}")
    for one, large in jobs:
        try:
            _file(enlarger, one, large, how)
        except ImageError as error:
            log.error("%s", error)
            faults += 1
    if faults:
        raise ImageError(f"{source}: {faults} of {len(jobs)} pictures were not enlarged, for the reasons above")


def _jobs(source: Path, out: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each picture below ``source`` with the file it becomes; where two share a name, with its ending in it."""
    found = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in (*pictures.READ, *raw.ENDINGS) and path.is_file() and not path.is_relative_to(out)
    )
    stems = [path.with_suffix("") for path in found]
    for path, stem in zip(found, stems, strict=True):
        name = path if stems.count(stem) > 1 else stem
        yield path, out / f"{name.relative_to(source)}.png"


def _file(enlarger: Enlarger, source: Path, out: Path, how: raw.Development | None) -> None:
    if out.is_dir():
        out = out / f"{source.stem}.png"
    if out.exists() and out.samefile(source):
        raise ImageError(f"{out}: is the picture itself; write to another file")
    picture = _read(source, how)
    pictures.check_writable(out, picture.pixels)
    large = enlarger(picture.pixels, source.name)
    pictures.write(out, Picture(large, picture.profile))
    log.info("%s: %dx%d to %dx%d, %s", source, *picture.pixels.shape[1::-1], *large.shape[1::-1], out)


def _is_raw(path: Path) -> bool:
    return path.suffix.lower() in raw.ENDINGS


def _read(path: Path, how: raw.Development | None) -> Picture:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: cannot be read ({error.strerror})") from None
    if _is_raw(path):
        return Picture(raw.develop(data, str(path), how))
    return pictures.decode(data, str(path))
