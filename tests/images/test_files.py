"""Image files: pixels as they are stored, and every file that is not whole or not RGB refused by name."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.files import read, write_png

Pixels = NDArray[np.uint8]

WANTED = "; give a whole PNG, JPEG or BMP, grey or RGB, without transparency$"
ENDINGS = [".png", ".jpg", ".bmp"]


def levels(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def encoded(ending: str, image: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """Return the file that OpenCV makes of ``image``, which it takes for BGR."""
    return bytes(cv2.imencode(ending, image)[1])


def with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    """Put a chunk behind the header of a PNG."""
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png[:33] + chunk + png[33:]


def with_segment(jpeg: bytes, body: bytes) -> bytes:
    """Put an APP1 segment, as of EXIF, at the start of a JPEG."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def png_of(colour: int, pixels: NDArray[np.uint8], *chunks: tuple[bytes, bytes]) -> bytes:
    """Write a PNG of 8 bits of the PNG colour type ``colour``, which OpenCV cannot write."""
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, colour, 0, 0, 0)
    all_chunks = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in all_chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize("ending", [".png", ".bmp"])
def test_colours_are_read_as_red_green_blue(ending: str) -> None:
    image = levels(5, 7, 3)

    np.testing.assert_array_equal(image, read(encoded(ending, image[..., ::-1].copy()), "some"))


def test_a_jpeg_is_read_as_red_green_blue() -> None:
    blue_first = np.full((8, 8, 3), (200, 100, 30), np.uint8)
    image = read(encoded(".jpg", blue_first), "some.jpg")

    np.testing.assert_allclose(np.full((8, 8, 3), (30, 100, 200)), image, atol=2)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_grey_file_stays_one_channel(ending: str) -> None:
    image = read(encoded(ending, np.full((8, 9), 77, np.uint8)), "some")

    np.testing.assert_array_equal(np.full((8, 9, 1), 77, np.uint8), image)


def test_the_orientation_in_a_jpeg_is_not_applied() -> None:
    jpeg = encoded(".jpg", levels(8, 16, 3))
    quarter_turn = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    turned = np.asarray(cv2.imdecode(np.frombuffer(with_segment(jpeg, quarter_turn), np.uint8), cv2.IMREAD_COLOR))
    assert turned.shape == (16, 8, 3)

    np.testing.assert_array_equal(read(jpeg, "plain"), read(with_segment(jpeg, quarter_turn), "turned"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_file_that_was_cut_anywhere_is_read(ending: str) -> None:
    data = encoded(ending, levels(3, 3, 3))
    assert read(data, "whole").shape == (3, 3, 3)

    for length in range(len(data)):
        with pytest.raises(ImageError, match=r"^some/cut: "):
            read(data[:length], "some/cut")


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_cut_file_is_called_truncated(ending: str) -> None:
    with pytest.raises(ImageError, match="^some/cut: is truncated" + WANTED):
        read(encoded(ending, levels(9, 9, 3))[:-2], "some/cut")


@pytest.mark.parametrize(("name", "said"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("b/a.bmp", "BMP")])
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, said: str) -> None:
    with pytest.raises(ImageError, match=f"^{name}: is a PNG, not the {said} that its name says"):
        read(encoded(".png", levels(9, 9, 3)), name)


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_jpeg() -> None:
    jpeg = with_segment(encoded(".jpg", levels(9, 9, 3)), b"thumbnail \xff\xd8\xff\xd9")
    assert read(jpeg, "whole").shape == (9, 9, 3)

    with pytest.raises(ImageError, match="is truncated"):
        read(jpeg[:-2], "cut")


def test_a_jpeg_may_have_fill_bytes_and_something_behind_its_end() -> None:
    jpeg = encoded(".jpg", levels(9, 9, 3))

    np.testing.assert_array_equal(read(jpeg, "plain"), read(jpeg[:2] + b"\xff\xff" + jpeg[2:] + b"more", "odd"))


def test_a_damaged_png_is_called_corrupt() -> None:
    data = bytearray(encoded(".png", levels(9, 9, 3)))
    data[len(data) // 2] ^= 0xFF

    with pytest.raises(ImageError, match=r"^some\.png: is corrupt"):
        read(bytes(data), "some.png")


@pytest.mark.parametrize(("height", "width"), [(1 << 15, 1 << 14), (1 << 31, 1), (0x7FFFFFFF, 0x7FFFFFFF)])
def test_a_header_that_claims_more_than_fits_is_refused_before_memory_is_taken(height: int, width: int) -> None:
    png = encoded(".png", levels(9, 9, 3))
    header = b"IHDR" + struct.pack(">II", width, height) + png[24:29]

    with pytest.raises(ImageError, match=rf"^large\.png: claims {width}x{height} pixels, more than fit into 256 MiB"):
        read(png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:], "large.png")


@pytest.mark.parametrize("data", [b"", b"plain text", b"GIF89a", b"\xff\xd8", b"<html></html>"])
def test_what_is_no_image_file_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError, match="^some.png: is no image that is read here" + WANTED):
        read(data, "some.png")


@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_become_eight_as_by_im2uint8(channels: int) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (40, 50, channels), dtype=np.uint16)

    read_back = read(encoded(".png", deep[..., ::-1].copy()), "deep.png")

    np.testing.assert_array_equal(np.floor(deep / 257 + 0.5), read_back)


def test_an_opaque_alpha_channel_is_dropped() -> None:
    image = levels(4, 5, 4)
    image[..., 3] = 255

    np.testing.assert_array_equal(image[..., 2::-1], read(encoded(".png", image), "opaque.png"))


def test_a_grey_file_with_an_opaque_alpha_channel_is_grey() -> None:
    grey = levels(4, 5)

    assert np.array_equal(grey[..., None], read(png_of(4, np.stack([grey, np.full_like(grey, 255)], -1)), "grey.png"))


def test_transparency_is_refused_with_the_number_of_pixels() -> None:
    image = levels(4, 5, 4)
    image[..., 3] = 255
    image[1, 2:4, 3] = 254

    with pytest.raises(ImageError, match=r"^clear.png: is transparent at 2 pixels" + WANTED):
        read(encoded(".png", image), "clear.png")


def test_a_palette_becomes_its_colours() -> None:
    numbers = np.random.default_rng(0).integers(0, 7, (4, 5), dtype=np.uint8)
    palette = levels(7, 3)

    image = read(png_of(3, numbers[..., None], (b"PLTE", palette.tobytes())), "palette.png")

    np.testing.assert_array_equal(palette[numbers], image)


def test_a_transparent_colour_of_a_palette_counts_where_it_is_used() -> None:
    numbers = np.zeros((4, 5, 1), np.uint8)
    chunks = ((b"PLTE", levels(2, 3).tobytes()), (b"tRNS", b"\xff\x00"))
    assert read(png_of(3, numbers, *chunks), "unused.png").shape == (4, 5, 3)
    numbers[2, 2] = 1

    with pytest.raises(ImageError, match=r"^used.png: is transparent at 1 pixels"):
        read(png_of(3, numbers, *chunks), "used.png")


@pytest.mark.parametrize(("shape", "clear"), [((4, 5), b"\0\x07"), ((4, 5, 3), b"\0\x07\0\x07\0\x07")])
def test_a_transparent_colour_is_refused(shape: tuple[int, ...], clear: bytes) -> None:
    with pytest.raises(ImageError, match="^clear.png: has a transparent colour" + WANTED):
        read(with_chunk(encoded(".png", levels(*shape)), b"tRNS", clear), "clear.png")


def test_a_bmp_of_32_bits_is_refused() -> None:
    with pytest.raises(ImageError, match="^clear.bmp: may be transparent: 32 bits a pixel" + WANTED):
        read(encoded(".bmp", levels(4, 5, 4)), "clear.bmp")


def test_a_jpeg_in_cmyk_is_refused() -> None:
    frame_of_four = b"\xff\xd8\xff\xc0\0\x14\x08\0\x08\0\x08\x04" + b"\x01\x11\0" * 4

    with pytest.raises(ImageError, match="^print.jpg: is CMYK" + WANTED):
        read(frame_of_four, "print.jpg")


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_is_read_back(tmp_path: Path, channels: int) -> None:
    image = levels(6, 7, channels)
    write_png(tmp_path / "image.png", image)

    np.testing.assert_array_equal(image, read((tmp_path / "image.png").read_bytes(), "image.png"))


def test_writing_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"before")
    write_png(path, levels(6, 7, 3))

    assert (["image.png"], b"\x89PNG") == ([each.name for each in tmp_path.iterdir()], path.read_bytes()[:4])


@pytest.mark.parametrize("shape", [(6, 7), (6, 7, 2), (6, 7, 4), (0, 7, 3), (2, 6, 7, 3)])
def test_another_shape_is_not_written(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match=r"it must be uint8 \(H, W, 1\) or \(H, W, 3\)"):
        write_png(tmp_path / "image.png", levels(*shape))


def test_another_dtype_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot hold float32"):
        write_png(tmp_path / "image.png", np.zeros((6, 7, 3), np.float32))
