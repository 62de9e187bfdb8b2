"""RAW files developed: a DNG made here, whose mosaic is known."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.raw import Development, develop

WHITE = 4095
BGGR = b"\x02\x01\x01\x00"
XYZ_TO_SRGB = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
SHORT, LONG, ASCII, BYTE, RATIONAL, SRATIONAL = 3, 4, 2, 1, 5, 10
TURNED_RIGHT = 6


def dng(mosaic: NDArray[np.uint16], orientation: int = 1) -> bytes:
    """Write a BGGR mosaic of 12 bits from a camera whose colours are those of sRGB, as a DNG."""
    matrix = [part for value in XYZ_TO_SRGB for part in (round(value * 10_000), 10_000)]
    tags = [
        (271, ASCII, 0, "Nobody", True),
        (272, ASCII, 0, "Nothing", True),
        (274, SHORT, 1, orientation, True),
        (33421, SHORT, 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, BYTE, 4, BGGR, True),  # CFAPattern
        (50706, BYTE, 4, b"\x01\x04\x00\x00", True),  # DNGVersion
        (50708, ASCII, 0, "Nobody Nothing", True),  # UniqueCameraModel
        (50714, SHORT, 1, 0, True),  # BlackLevel
        (50717, LONG, 1, WHITE, True),  # WhiteLevel
        (50721, SRATIONAL, 9, matrix, True),  # ColorMatrix1
        (50728, RATIONAL, 3, (1, 1, 1, 1, 1, 1), True),  # AsShotNeutral
        (50778, SHORT, 1, 21, True),  # CalibrationIlluminant1: D65
    ]
    file = io.BytesIO()
    tifffile.imwrite(file, mosaic, photometric="cfa", extratags=tags, software=None, metadata=None)
    return file.getvalue()


def flat(red: int, green: int, blue: int) -> NDArray[np.uint16]:
    """Make the mosaic of a surface of one colour."""
    mosaic = np.full((64, 96), green, np.uint16)
    mosaic[::2, ::2] = blue
    mosaic[1::2, 1::2] = red
    return mosaic


def middle(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Return the colour in the middle, in [0, 1]."""
    top: int = np.iinfo(pixels.dtype).max
    means: NDArray[np.float64] = pixels[20:40, 30:60].mean(axis=(0, 1)) / top
    return means


def test_a_surface_of_one_colour_keeps_it() -> None:
    pixels = develop(dng(flat(2000, 1000, 500)), "a.dng", Development(curve="linear"))

    assert ((64, 96, 3), "uint16") == (pixels.shape, pixels.dtype.name)
    np.testing.assert_allclose([2000 / WHITE, 1000 / WHITE, 500 / WHITE], middle(pixels), atol=0.02)


def test_the_curve_is_that_of_srgb_unless_said_otherwise() -> None:
    linear = 1000 / WHITE
    grey = middle(develop(dng(flat(1000, 1000, 1000)), "a.dng"))

    np.testing.assert_allclose(1.055 * linear ** (1 / 2.4) - 0.055, grey, atol=0.01)


def test_a_stop_is_a_factor_of_two() -> None:
    how = Development(curve="linear", exposure=1.0)
    pixels = develop(dng(flat(1000, 1000, 1000)), "a.dng", how)

    np.testing.assert_allclose(2000 / WHITE, middle(pixels), atol=0.01)


@pytest.mark.parametrize(
    ("how", "shape", "dtype"),
    [
        (Development(bits=8), (96, 64, 3), "uint8"),
        (Development(turn=False), (64, 96, 3), "uint16"),
        (Development(half=True), (48, 32, 3), "uint16"),
        (Development(demosaic="dht", highlights="reconstruct", noise="full", median=1), (96, 64, 3), "uint16"),
        (Development(white_balance="auto", space="prophoto", red=1.001, blue=0.999), (96, 64, 3), "uint16"),
        (Development(white_balance="daylight", space="rec2020", wavelet=100.0), (96, 64, 3), "uint16"),
    ],
)
def test_settings_reach_the_developer(how: Development, shape: tuple[int, ...], dtype: str) -> None:
    pixels = develop(dng(flat(900, 1000, 1100), TURNED_RIGHT), "a.dng", how)

    assert (shape, dtype) == (pixels.shape, pixels.dtype.name)


@pytest.mark.parametrize("demosaic", ["linear", "vng", "ppg", "ahd", "dcb", "dht", "aahd"])
def test_every_way_of_demosaicing_keeps_a_surface_flat(demosaic: Any) -> None:
    pixels = develop(dng(flat(900, 1000, 1100)), "a.dng", Development(curve="linear", demosaic=demosaic))

    np.testing.assert_allclose([900 / WHITE, 1000 / WHITE, 1100 / WHITE], middle(pixels), atol=0.01)


@pytest.mark.parametrize("data", [b"", b"hello", dng(flat(1, 2, 3))[:200]])
def test_what_is_no_raw_file_is_one_line(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"^a.nef: is no RAW file that can be developed \(.+\)$"):
        develop(data, "a.nef")


def test_an_exposure_that_libraw_would_clip_is_refused() -> None:
    with pytest.raises(ImageError, match=r"exposure: 4.0 is outside of -2.0 to 3.0 stops"):
        Development(exposure=4.0)


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with raw-samples.zip")
@pytest.mark.parametrize(
    ("name", "shape"), [("raw/colorchart.dng", (1156, 1734, 3)), ("raw/RAW_KODAK_DC50.KDC", (512, 768, 3))]
)
def test_real_cameras_are_developed(name: str, shape: tuple[int, ...]) -> None:
    data = zipfile.ZipFile(Path(os.environ["SR_MIRROR"], "raw-samples.zip")).read(name)
    pixels = develop(data, name)

    assert (shape, "uint16") == (pixels.shape, pixels.dtype.name)
    assert 0.1 < pixels.mean() / 65535 < 0.6
    with pytest.raises(ImageError, match="is no RAW file that can be developed"):
        develop(data[: len(data) // 3], name)
