"""Image files before they are decoded: what the header of a PNG, JPEG or BMP says, and whether the file is whole."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Header:
    """What a file says of itself before it is decoded.

    Args:
        format: ``PNG``, ``JPEG`` or ``BMP``.
        fault: what is wrong with it, or None.
        height, width: in pixels, 0 where it does not say.
        depth: bytes of a decoded pixel.
        grey: whether it is grey, though an alpha channel may make four of its one.
    """

    format: str
    fault: str | None
    height: int = 0
    width: int = 0
    depth: int = 3
    grey: bool = False

    @property
    def size(self) -> int:
        """Bytes of the decoded image."""
        return self.height * self.width * self.depth


ENDINGS: Mapping[str, str] = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
}
"""The endings of files that are read, with the format that stands behind each."""


def header_of(data: bytes) -> Header | None:
    """Read the header of an image file; None when it is neither PNG, JPEG nor BMP."""
    return next((read(data) for start, read in _READERS.items() if data.startswith(start)), None)


def _png(data: bytes) -> Header:
    """Walk the chunks: not every version of OpenCV sees that a file is cut."""
    position, height, width, bits, colour, clear = 8, 0, 0, 8, 2, False
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IHDR" and position + 26 <= len(data):
            width, height, bits, colour = struct.unpack_from(">IIBB", data, position + 8)
        position += 12 + length
        clear = clear or (kind == b"tRNS" and colour != _PALETTE)
        if kind == b"IEND":
            depth = (1 if colour == 0 else 4) * (2 if bits == 16 else 1)
            fault = "has a transparent colour" if clear else None
            return Header("PNG", fault, height, width, depth, grey=colour in _GREY)
    return Header("PNG", "is truncated", height, width)


def _jpeg(data: bytes) -> Header:
    """Walk the segments to the pixels: only the end marker behind them counts, a thumbnail has its own."""
    position, height, width = 2, 0, 0
    while position + 10 <= len(data):
        marker, length = struct.unpack_from(">HH", data, position)
        if marker in _FRAMES:
            height, width, components = struct.unpack_from(">HHB", data, position + 5)
            if components == 4:
                return Header("JPEG", "is CMYK", height, width)
        if marker == 0xFFDA:
            cut = data.find(b"\xff\xd9", position) < 0
            return Header("JPEG", "is truncated" if cut else None, height, width)
        position += 1 if marker == 0xFFFF else 2 + length  # any number of FF may stand before a marker
    return Header("JPEG", "is truncated", height, width)


def _bmp(data: bytes) -> Header:
    if len(data) < 30:
        return Header("BMP", "is truncated")
    kind, width, height, bits = struct.unpack_from("<Iii2xH", data, 14)
    clear = kind >= 40 and bits == 32
    return Header("BMP", "may be transparent: 32 bits a pixel" if clear else None, abs(height), abs(width))


_PALETTE = 3
_GREY = (0, 4)
_FRAMES = {*range(0xFFC0, 0xFFD0)} - {0xFFC4, 0xFFC8, 0xFFCC}  # these three markers hold tables, no frame
_READERS: Mapping[bytes, Callable[[bytes], Header]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"BM": _bmp,
}
