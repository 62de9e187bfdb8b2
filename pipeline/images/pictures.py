"""Pictures as people keep them: with alpha, with 16 bits, with a colour profile, lying on their side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.errors import ImageError
from pipeline.images.files import fault_of
from pipeline.images.formats import header_of

READ = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
"""The endings of pictures that are read."""
WRITTEN = (".png", ".jpg", ".jpeg", ".webp")
"""The endings of pictures that are written."""

_WHOLE = "give a whole PNG, JPEG, BMP or WebP, grey or RGB"
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_WEBP_QUALITY, 101]  # above 100 WebP is lossless
_SWAPPED = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
_ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class Picture:
    """What is kept of a picture file.

    Args:
        pixels: (H, W, C) uint8 or uint16, C 1 (grey), 3 (RGB) or 4 (RGB and alpha).
        profile: the ICC profile that says what the colours mean, or None.
    """

    pixels: NDArray[Any]
    profile: bytes | None = None


def decode(data: bytes, name: str) -> Picture:
    """Decode the bytes of a picture as a viewer would show it.

    - It is turned as its EXIF orientation says, unless it has alpha.
    - A palette becomes the colours it stands for; grey with alpha becomes RGB with alpha.
    - CMYK, and a PNG with one transparent colour instead of an alpha channel, are errors.

    Args:
        data: the whole file.
        name: what to call the file in an error; its ending must be that of the content.

    Raises:
        ImageError: no picture, truncated, too large, or of an unknown kind.
    """
    header = header_of(data)
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    fault = None if webp else fault_of(header, name)
    decoded = None if fault else _decoded(data)
    if decoded is None:
        raise ImageError(f"{name}: {fault or 'is corrupt'}; {_WHOLE}")
    if header is not None and header.grey and decoded.pixels.shape[2] == 3:
        return Picture(decoded.pixels[..., :1], decoded.profile)
    return decoded


def write(path: Path, picture: Picture) -> None:
    """Write ``picture`` in the format of the ending of ``path``, whole or not at all.

    PNG keeps everything; JPEG is written at quality 95, WebP without loss.

    Raises:
        ImageError: the format cannot hold the picture.
    """
    check_writable(path, picture.pixels)
    with atomic.file(path) as partial, _red_and_blue_swapped(picture.pixels) as pixels:
        whole = partial.with_name(partial.name + path.suffix)  # OpenCV chooses the format by the ending
        try:
            if not _written(whole, pixels, picture.profile):
                raise ImageError(f"{path}: cannot hold {pixels.shape[1]}x{pixels.shape[0]} pixels; write a .png")
            whole.replace(partial)
        finally:
            whole.unlink(missing_ok=True)


def _metadata(profile: bytes | None) -> tuple[list[int], list[NDArray[np.uint8]]]:
    """Return the kinds and the values of what stands in a file beside its pixels."""
    return ([], []) if profile is None else ([cv2.IMAGE_METADATA_ICCP], [np.frombuffer(profile, np.uint8)[None]])


def _written(path: Path, pixels: NDArray[Any], profile: bytes | None) -> bool:
    try:
        return cv2.imwriteWithMetadata(str(path), pixels, *_metadata(profile), _QUALITY)
    except cv2.error:
        return False


def encode(picture: Picture) -> bytes:
    """Return ``picture`` as the bytes of a PNG, fast rather than small."""
    with _red_and_blue_swapped(picture.pixels) as pixels:
        encoded = cv2.imencodeWithMetadata(
            ".png", pixels, *_metadata(picture.profile), [cv2.IMWRITE_PNG_COMPRESSION, 1]
        )
    return encoded[1].tobytes()


def check_writable(path: Path, pixels: NDArray[Any]) -> None:
    """Raise ImageError when the format of ``path`` cannot hold ``pixels``."""
    ending = path.suffix.lower()
    if ending not in WRITTEN:
        raise ImageError(f"{path}: cannot write `{ending or path.name}`; end it with one of {', '.join(WRITTEN)}")
    if pixels.dtype != np.uint8 and ending != ".png":
        raise ImageError(f"{path}: holds 8 bits, the picture has 16; write a .png")
    if pixels.shape[2] == 4 and ending in (".jpg", ".jpeg"):
        raise ImageError(f"{path}: JPEG holds no alpha, the picture has it; write a .png or .webp")


def _decoded(data: bytes) -> Picture | None:
    encoded = np.frombuffer(data, np.uint8)
    decoded: Any  # None, whatever OpenCV's types say, where it cannot be decoded
    try:
        decoded, kinds, values = cv2.imdecodeWithMetadata(encoded, flags=cv2.IMREAD_UNCHANGED)
        if decoded is not None and cv2.IMAGE_METADATA_EXIF in kinds and decoded.shape[2:] != (4,):
            decoded = cv2.imdecode(encoded, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)  # which turns it
    except cv2.error:
        return None
    if decoded is None or decoded.dtype not in (np.uint8, np.uint16):
        return None
    profiles = [value for kind, value in zip(kinds, values, strict=True) if kind == cv2.IMAGE_METADATA_ICCP]
    pixels = decoded if decoded.ndim == 3 else decoded[..., None]
    pixels = np.ascontiguousarray(pixels[..., _SWAPPED[pixels.shape[2]]])
    return Picture(pixels, profiles[0].tobytes() if profiles else None)


@contextmanager
def _red_and_blue_swapped(pixels: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Lend ``pixels`` with red and blue in OpenCV's order, without a copy of what may be a gigabyte."""
    _swap(pixels)
    try:
        yield pixels
    finally:
        _swap(pixels)


def _swap(pixels: NDArray[Any]) -> None:
    if pixels.shape[2] == 1:
        return
    for top in range(0, len(pixels), _ROWS_AT_ONCE):
        rows = pixels[top : top + _ROWS_AT_ONCE]
        rows[...] = rows[..., _SWAPPED[pixels.shape[2]]]
