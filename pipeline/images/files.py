"""Image files: the bytes of a PNG, JPEG or BMP to RGB pixels, and pixels to a PNG."""

import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.errors import ImageError

_WANTED = "give a whole PNG, JPEG or BMP, grey or RGB, 8 bits a channel, without transparency"


def read(data: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the bytes of an image file to uint8 (H, W, C): RGB, or one channel where the file is grey.

    The pixels are taken as they are stored: no colour profile and no EXIF orientation is applied. Damage in
    the middle of a JPEG cannot be told from content.

    Args:
        data: the whole file.
        name: what to call the file in an error.

    Raises:
        ImageError: no such image, truncated, not 8 bits a channel, CMYK, or with transparency.
    """
    fault = next((find(data) for start, find in _FAULTS.items() if data.startswith(start)), "is no such file")
    decoded = None if fault else _decode(data)
    if decoded is None:
        raise ImageError(f"{name}: {fault or 'is corrupt, or has over 2^30 pixels'}; {_WANTED}")
    if decoded.dtype != np.uint8 or decoded.shape[2:] not in ((), (3,)):
        raise ImageError(f"{name}: decodes to {decoded.dtype} {decoded.shape}; {_WANTED}")
    pixels = np.asarray(decoded, np.uint8)
    return pixels[..., None] if pixels.ndim == 2 else _swap_red_and_blue(pixels)


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write uint8 (H, W, 1) or RGB (H, W, 3) as a PNG that appears whole or not at all.

    Raises:
        ImageError: the image has another shape or dtype.
    """
    if image.dtype != np.uint8 or not image.size or image.shape[2:] not in ((1,), (3,)):
        given = f"{image.dtype} {image.shape}"
        raise ImageError(f"{path}: cannot hold {given}; it must be uint8 (H, W, 1) or (H, W, 3)")
    _, encoded = cv2.imencode(".png", image if image.shape[2] == 1 else _swap_red_and_blue(image))
    with atomic.file(path) as partial:
        partial.write_bytes(encoded.tobytes())


def _decode(data: bytes) -> NDArray[np.generic] | None:
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None


def _swap_red_and_blue(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)


def _png_fault(data: bytes) -> str | None:
    """Walk the chunks: OpenCV drops the transparency of grey images, and not every version sees a cut."""
    position = 8
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        position += 12 + length
        if kind == b"tRNS":
            return "has transparency"
        if kind == b"IEND":
            return None
    return "is truncated"


def _jpeg_fault(data: bytes) -> str | None:
    """Walk the segments to the pixels: only the end marker behind them counts, a thumbnail has its own."""
    position = 2
    while position + 10 <= len(data):
        marker, length = struct.unpack_from(">HH", data, position)
        if marker in _FRAMES and data[position + 9] == 4:
            return "is CMYK"
        if marker == 0xFFDA:
            return "is truncated" if data.find(b"\xff\xd9", position) < 0 else None
        position += 1 if marker == 0xFFFF else 2 + length  # any number of FF may stand before a marker
    return "is truncated"


def _bmp_fault(data: bytes) -> str | None:
    if len(data) < 30:
        return "is truncated"
    header, bits = struct.unpack_from("<I10xH", data, 14)
    return "may have transparency in its 32 bits a pixel" if header >= 40 and bits == 32 else None


_FRAMES = {*range(0xFFC0, 0xFFD0)} - {0xFFC4, 0xFFC8, 0xFFCC}  # these three markers hold tables, no frame
_FAULTS: dict[bytes, Callable[[bytes], str | None]] = {
    b"\x89PNG\r\n\x1a\n": _png_fault,
    b"\xff\xd8\xff": _jpeg_fault,
    b"BM": _bmp_fault,
}
