"""Image files: the bytes of a PNG, JPEG or BMP to RGB pixels, and pixels to a PNG."""

from __future__ import annotations

from pathlib import Path, PurePath

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import atomic
from pipeline.errors import ImageError
from pipeline.images.formats import ENDINGS, Header, header_of

DECODED_LIMIT = 2**28
"""Bytes of a decoded image: 89 megapixels of 8-bit RGB."""
OPAQUE = {1: 255, 2: 65535}
"""The alpha of an opaque pixel, by bytes of a channel."""

cv2.utils.logging.setLogLevel(
    cv2.utils.logging.LOG_LEVEL_SILENT
)  # what is wrong with a file stands in the error, with its name

_WANTED = "give a whole PNG, JPEG or BMP, grey or RGB, without transparency"


def read(data: bytes, name: str) -> NDArray[np.uint8]:
    """Decode the bytes of an image file to uint8 (H, W, C): RGB, or one channel where the file is grey.

    - 16 bits a channel become 8 as by MATLAB's ``im2uint8``: divided by 257 and rounded.
    - A palette becomes the colours it stands for.
    - An alpha channel is dropped where every pixel is opaque; transparency is an error, since what would shine
      through is unknown.
    - CMYK is an error: its colours mean nothing without a profile.
    - No colour profile and no EXIF orientation is applied, as by MATLAB's ``imread``: pixels are as they are stored.
    - Damage in the middle of a JPEG cannot be told from content.

    Args:
        data: the whole file.
        name: what to call the file in an error; its ending, where it has one, must be that of the content.

    Raises:
        ImageError: no such image, another one than its name says, truncated, too large, CMYK, or transparent.
    """
    header = header_of(data)
    fault = fault_of(header, name)
    decoded = None if fault else _decode(data)
    if header is None or decoded is None:
        raise ImageError(f"{name}: {fault or 'is corrupt'}; {_WANTED}")
    pixels = _opaque(decoded, name)
    return pixels[..., :1] if header.grey else _rgb(pixels)


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write uint8 (H, W, 1) or RGB (H, W, 3) as a PNG that appears whole or not at all.

    Raises:
        ImageError: the image has another shape or dtype.
    """
    if image.dtype != np.uint8 or not image.size or image.shape[2:] not in ((1,), (3,)):
        given = f"{image.dtype} {image.shape}"
        raise ImageError(f"{path}: cannot hold {given}; it must be uint8 (H, W, 1) or (H, W, 3)")
    pixels = image if image.shape[2] == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", pixels)
    with atomic.file(path) as partial:
        partial.write_bytes(encoded.tobytes())


def eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return uint8 pixels as they are, and uint16 ones divided by 257 and rounded, as by MATLAB's ``im2uint8``."""
    if pixels.dtype == np.uint16:
        levels = pixels.astype(np.uint32)
        return ((levels + 128) // 257).astype(np.uint8)
    return np.asarray(pixels, np.uint8)


def fault_of(header: Header | None, name: str) -> str | None:
    """Return what is wrong with the file ``name`` before it is decoded, or None; ``header`` is that of its content."""
    if header is None:
        return "is no image that is read here"
    said = ENDINGS.get(PurePath(name).suffix.lower(), header.format)
    if said != header.format:
        return f"is a {header.format}, not the {said} that its name says"
    if header.fault is None and header.size > DECODED_LIMIT:
        return f"claims {header.width}x{header.height} pixels, more than fit into {DECODED_LIMIT // 2**20} MiB"
    return header.fault


def _decode(data: bytes) -> NDArray[np.generic] | None:
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None


def _opaque(decoded: NDArray[np.generic], name: str) -> NDArray[np.uint8]:
    """Return 8 bits of (H, W), (H, W, 1) or (H, W, 3), without an alpha channel."""
    if decoded.dtype.itemsize not in OPAQUE or decoded.shape[2:] not in ((), (1,), (3,), (4,)):
        raise ImageError(f"{name}: decodes to {decoded.dtype} {decoded.shape}; {_WANTED}")
    decoded = decoded[..., None] if decoded.ndim == 2 else decoded
    if decoded.shape[2] == 4:
        clear = int(np.count_nonzero(decoded[..., 3] != OPAQUE[decoded.dtype.itemsize]))
        if clear:
            raise ImageError(f"{name}: is transparent at {clear} pixels; {_WANTED}")
        decoded = decoded[..., :3]
    return eight_bits(decoded)


def _rgb(decoded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return decoded if decoded.shape[2] == 1 else np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
