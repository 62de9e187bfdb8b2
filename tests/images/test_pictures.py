"""Pictures as people keep them, there and back."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from pipeline.errors import ImageError
from pipeline.images.pictures import Picture, decode, write

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY_PROFILE = PROFILE[:16] + b"GRAY" + PROFILE[20:]
TURNED_RIGHT = 6
"""EXIF: the camera was turned, the first row is the right side."""


def noise(*shape: int, dtype: type = np.uint8) -> NDArray[Any]:
    return np.random.default_rng(3).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def encoded(pixels: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("channels", "profile"), [(1, None), (1, GREY_PROFILE), (3, None), (3, PROFILE), (4, None), (4, PROFILE)]
)
def test_a_png_keeps_depth_channels_and_profile(
    tmp_path: Path, channels: int, dtype: type, profile: bytes | None
) -> None:
    pixels = noise(5, 7, channels, dtype=dtype)
    write(tmp_path / "a.png", Picture(pixels.copy(), profile))
    read = decode((tmp_path / "a.png").read_bytes(), "a.png")

    assert ([tmp_path / "a.png"], profile) == (list(tmp_path.iterdir()), read.profile)
    assert pixels.dtype == read.pixels.dtype
    assert np.array_equal(pixels, read.pixels)


def test_writing_leaves_the_picture_as_it_was(tmp_path: Path) -> None:
    pixels = noise(70, 7, 3)
    before = pixels.copy()
    write(tmp_path / "a.png", Picture(pixels))

    assert np.array_equal(before, pixels)


@pytest.mark.parametrize(("name", "error"), [("a.jpg", 40), ("a.jpeg", 40), ("a.webp", 0)])
def test_other_formats_keep_the_profile_and_as_much_as_they_can(tmp_path: Path, name: str, error: int) -> None:
    smooth = np.tile(np.arange(64, dtype=np.uint8)[:, None, None], (1, 64, 3))
    write(tmp_path / name, Picture(smooth, PROFILE))
    read = decode((tmp_path / name).read_bytes(), name)

    assert PROFILE == read.profile
    assert error >= np.abs(read.pixels.astype(int) - smooth).max()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_turned_as_its_camera_was(kind: str) -> None:
    exif = Image.Exif()
    exif[0x112] = TURNED_RIGHT
    upright = np.tile(np.arange(0, 240, 10, dtype=np.uint8)[:, None, None], (1, 16, 3))
    read = decode(encoded(np.rot90(upright), kind, exif=exif), "a")

    assert (24, 16, 3) == read.pixels.shape
    assert 3 >= np.abs(read.pixels.astype(int) - upright).max()


def test_a_palette_becomes_its_colours() -> None:
    image = Image.fromarray(noise(5, 7, 1)[..., 0], "P")
    image.putpalette(bytes(range(256)) * 3)
    file = io.BytesIO()
    image.save(file, "PNG")

    assert np.array_equal(np.asarray(image.convert("RGB")), decode(file.getvalue(), "a.png").pixels)


def test_grey_with_alpha_becomes_colour_with_alpha() -> None:
    grey, alpha = noise(5, 7), noise(5, 7).T.reshape(5, 7).copy()
    file = io.BytesIO()
    Image.merge("LA", (Image.fromarray(grey), Image.fromarray(alpha))).save(file, "PNG")
    pixels = decode(file.getvalue(), "a.png").pixels

    assert np.array_equal(np.stack([grey, grey, grey, alpha], axis=-1), pixels)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.png", "is no image that is read here"),
        (b"hello", "a.txt", "is no image that is read here"),
        (encoded(noise(5, 7, 3))[:-20], "a.png", "is truncated"),
        (encoded(noise(50, 70, 3), "JPEG")[:900], "a.jpg", "is truncated"),
        (encoded(noise(50, 70, 3), "WEBP")[:900], "a.webp", "is corrupt"),
        (encoded(noise(5, 7, 3)), "a.jpg", "is a PNG, not the JPEG"),
        (encoded(noise(5, 7, 3), transparency=(1, 2, 3)), "a.png", "has a transparent colour"),
        (encoded(noise(5, 7, 4)[..., :3], "TIFF"), "a.tif", "is no image that is read here"),
    ],
)
def test_what_is_no_picture_is_one_line(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(ImageError, match=f"^{name}: {reason}.*; give a whole PNG, JPEG, BMP or WebP"):
        decode(data, name)


def test_cmyk_and_giants_are_refused() -> None:
    file = io.BytesIO()
    Image.fromarray(noise(8, 8, 4), "CMYK").save(file, "JPEG")
    with pytest.raises(ImageError, match="is CMYK"):
        decode(file.getvalue(), "a.jpg")
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", b""), (b"IEND", b""))
    )
    with pytest.raises(ImageError, match="60000x60000 pixels"):
        decode(bomb, "a.png")


@pytest.mark.parametrize(
    ("name", "pixels", "reason"),
    [
        ("a.tif", noise(4, 4, 3), "cannot write `.tif`"),
        ("a", noise(4, 4, 3), "cannot write `a`"),
        ("a.jpg", noise(4, 4, 4), "JPEG holds no alpha"),
        ("a.jpg", noise(4, 4, 3, dtype=np.uint16), "holds 8 bits"),
        ("a.webp", noise(4, 4, 3, dtype=np.uint16), "holds 8 bits"),
        ("a.webp", noise(1, 17_000, 1), "cannot hold 17000x1"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_and_nothing_is_left(
    tmp_path: Path, name: str, pixels: NDArray[Any], reason: str
) -> None:
    with pytest.raises(ImageError, match=reason):
        write(tmp_path / name, Picture(pixels))

    assert [] == list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "a.webp"
    old.write_bytes(cv2.imencode(".webp", noise(4, 4, 3))[1].tobytes())
    before = old.read_bytes()
    with pytest.raises(ImageError):
        write(old, Picture(noise(1, 17_000, 3)))

    assert before == old.read_bytes()
