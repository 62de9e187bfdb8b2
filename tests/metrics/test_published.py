"""The bicubic baseline: the scores that the literature prints for it."""

import os
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.files import read
from pipeline.images.resize import resize
from pipeline.metrics.psnr_y8 import PsnrY8
from pipeline.metrics.psnr_yf import PsnrYf
from pipeline.metrics.ssim_y8 import SsimY8

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float64]

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with Set5.zip, Set14.zip"),
]


@lru_cache
def images(name: str) -> tuple[Pixels, ...]:
    with zipfile.ZipFile(Path(os.environ["SR_MIRROR"]) / f"{name}.zip") as archive:
        members = [each for each in archive.namelist() if each.startswith(f"{name}/HR/")]
        return tuple(read(archive.read(each), each) for each in members)


def down_and_up(image: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    return resize(resize(image, (height // scale, width // scale)), (height, width))


def rounded_luma(name: str, scale: int) -> Iterator[tuple[Pixels, Pixels]]:
    """Yield SR and HR as the luma papers had them: rounded luma resized without rounding, rounded at the end."""
    for image in images(name):
        hr = luma(crop_to_multiple(image, scale))
        small = hr.shape[0] // scale, hr.shape[1] // scale
        yield to_uint8(resize(resize(hr / 255, small), (hr.shape[0], hr.shape[1]))), hr


def unrounded_luma(name: str, scale: int) -> Iterator[tuple[Plane, Plane]]:
    """Yield SR and HR as the RGB papers had them: uint8 RGB resized as MATLAB does, luma of that not rounded."""
    for image in images(name):
        hr = crop_to_multiple(image, scale)
        yield luma(down_and_up(hr, scale) / 255) * 255, luma(hr / 255) * 255


@pytest.mark.parametrize(
    ("name", "scale", "decibels"),
    [
        ("Set5", 2, 33.661),
        ("Set5", 3, 30.392),
        ("Set5", 4, 28.421),
        ("Set14", 2, 30.232),
        ("Set14", 3, 27.541),
        ("Set14", 4, 26.000),
    ],
)
def test_bicubic_scores_the_psnr_of_the_luma_papers(name: str, scale: int, decibels: float) -> None:
    scores = [PsnrY8()(sr, hr, scale) for sr, hr in rounded_luma(name, scale)]

    assert pytest.approx(decibels, abs=0.001) == np.mean(scores)


@pytest.mark.parametrize(
    ("name", "scale", "decibels"),
    [
        ("Set5", 2, 33.673),
        ("Set5", 3, 30.403),
        ("Set5", 4, 28.429),
        ("Set14", 2, 30.230),
        ("Set14", 3, 27.537),
        ("Set14", 4, 25.994),
    ],
)
def test_bicubic_scores_the_psnr_of_the_rgb_papers(name: str, scale: int, decibels: float) -> None:
    scores = [PsnrYf()(sr, hr, scale) for sr, hr in unrounded_luma(name, scale)]

    assert pytest.approx(decibels, abs=0.001) == np.mean(scores)


@pytest.mark.parametrize(("scale", "printed"), [(2, 0.9299), (3, 0.8682), (4, 0.8104)])
def test_bicubic_scores_the_ssim_that_is_printed_for_set5(scale: int, printed: float) -> None:
    scores = [SsimY8()(sr, hr, scale) for sr, hr in rounded_luma("Set5", scale)]

    assert printed == round(float(np.mean(scores)), 4)
