"""The authors' own LR images, value by value: what the named chains make of the authors' HR images."""

from __future__ import annotations

import os
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.images.colour import luma, to_float, to_uint8
from pipeline.images.crop import crop_to_multiple, shave
from pipeline.images.files import read
from pipeline.images.resize import resize
from pipeline.kinds import Link
from pipeline.lookup import build
from pipeline.metrics.psnr_y8 import PsnrY8
from pipeline.randomness import generator

pytestmark = pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with the archives")

SET5 = ("baby", "bird", "butterfly", "head", "woman")
Levels = NDArray[np.uint8]


@cache
def image(archive: str, member: str) -> Levels:
    return read(content(archive, member), member)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of the user's own files."""
    (tmp_path / "kernels").mkdir()
    return tmp_path


def keep(own: Path, member: str) -> None:
    """Keep the authors' kernel as one of the user's."""
    (own / "kernels" / "theirs.mat").write_bytes(content("degradations", member))


def content(archive: str, member: str) -> bytes:
    return zipfile.ZipFile(Path(os.environ["SR_MIRROR"], f"{archive}.zip")).read(member)


def made(link: Link, hr: Levels, scale: int) -> Levels:
    """Return what ``link`` makes of ``hr``, cropped to a multiple of ``scale``."""
    cropped = crop_to_multiple(hr, scale)
    height, width = cropped.shape[:2]
    drawn = link.draw(generator(1), (height, width), (height // scale, width // scale))
    return to_uint8(link.apply(to_float(cropped), drawn))


def named(name: str, own: Path = Path(), **options: Any) -> Link:
    link: Link = build("degradations", {"name": name, **options}, own=own)
    return link


def strayed(ours: Levels, theirs: Levels) -> tuple[int, int]:
    """Return how many values differ, and the farthest by how much."""
    apart = np.abs(ours.astype(int) - theirs)
    return int(np.count_nonzero(apart)), int(apart.max())


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", SET5)
def test_bi_meets_the_benchmark_of_edsr(name: str, scale: int) -> None:
    lr = image("Set5", f"Set5/LR_bicubic/X{scale}/{name}x{scale}.png")

    assert (0, 0) == strayed(made(named("bi"), image("Set5", f"Set5/HR/{name}.png"), scale), lr)


@pytest.mark.parametrize(("name", "apart"), [(each, (1, 1) if each == "baby" else (0, 0)) for each in SET5])
def test_bd_meets_srfbns_files_but_for_one_value(name: str, apart: tuple[int, int]) -> None:
    lr = image("degradations", f"SRFBN/LRBD/Set5/x3/{name}_LRBD_x3.png")

    assert apart == strayed(made(named("bd"), image("Set5", f"Set5/HR/{name}.png"), 3), lr)


@pytest.mark.parametrize("name", SET5)
def test_mzsr_meets_its_authors_files_with_its_own_kernel_and_with_theirs(own: Path, name: str) -> None:
    keep(own, "MZSR/Input/g20/kernel.mat")
    blur = {"kernel": {"file": "theirs.mat", "of": "correlation", "border": "symmetric", "rounding": "uint8"}}
    theirs = named("chain", own, links=[blur, {"decimate": {"step": 2}}])
    hr = image("Set5", f"Set5/HR/{name}.png")
    lr = image("degradations", f"MZSR/Input/g20/Set5/{name}.png")

    assert (0, 0) == strayed(made(theirs, hr, 2), lr)
    assert (0, 0) == strayed(made(named("mzsr", kernel="g_d_2.0", scale=2), hr, 2), lr)


@pytest.mark.parametrize("case", ["x4_d/test_34_d_03", "x4_g/test_51_g_12", "x4_m/test_01_m_19", "x4_m/test_03_m_24"])
def test_dpsr_meets_its_authors_files(own: Path, case: str) -> None:
    """Bicubic first, then convolution: the kernel is flipped."""
    keep(own, f"DPSR/BSD68/{case}.mat")
    blur = {"name": "kernel", "file": "theirs.mat", "of": "convolution", "border": "circular", "rounding": "uint8"}
    truth = case.partition("/")[2][:7]

    ours = made(named("dpsr", own, blur=blur), image("degradations", f"DPSR/BSD68/GT/{truth}.png"), 4)

    assert (0, 0) == strayed(ours, image("degradations", f"DPSR/BSD68/{case}.png"))


def test_zssrs_example_is_met_away_from_the_border(own: Path) -> None:
    """Correlation: the kernel is not flipped."""
    keep(own, "ZSSR/kernel_example/BSD100_100_lr_rand_ker_c_X2_0.mat")
    hr = image("BSDS100", "BSDS500/data/images/val/97033.jpg")
    lr = image("degradations", "ZSSR/kernel_example/BSD100_100_lr_rand_ker_c_X2.png")
    blur = {"kernel": {"file": "theirs.mat", "of": "correlation", "rounding": "uint8"}}

    ours = made(named("chain", own, links=[blur, {"decimate": {"step": 2}}]), hr, 2)

    assert (0, 0) == strayed(shave(ours, 3), shave(lr, 3))


@pytest.mark.parametrize("name", SET5)
def test_dn_has_the_noise_of_srfbns_files(name: str) -> None:
    """The deviation is that of level 30 wherever neither black nor white is near, as far as so many values tell."""
    bicubic = image("Set5", f"Set5/LR_bicubic/X3/{name}x3.png")
    theirs = image("degradations", f"SRFBN/LRDN/Set5/x3/{name}_LRDN_x3.png")
    ours = made(named("dn"), image("Set5", f"Set5/HR/{name}.png"), 3)
    free = (bicubic >= 90) & (bicubic <= 165)
    error = 30 / (2 * np.count_nonzero(free)) ** 0.5

    deviations = [float(np.std(noisy[free].astype(int) - bicubic[free])) for noisy in (ours, theirs)]

    assert [pytest.approx(30, abs=3 * error)] * 2 == deviations


TABLE_2 = {"g_d_0.2": 30.24, "g_d_2.0": 28.73, "g_d_ani": 28.15, "g_b_1.3": 30.54}
"""MZSR's paper: Set5 at x2, enlarged by bicubic interpolation, PSNR of luma in dB."""


@pytest.mark.parametrize("name", TABLE_2)
def test_mzsrs_kernels_give_the_bicubic_row_of_its_paper(name: str) -> None:
    link, scores = named("mzsr", kernel=name, scale=2), []
    for each in SET5:
        hr = crop_to_multiple(image("Set5", f"Set5/HR/{each}.png"), 2)
        enlarged = resize(made(link, hr, 2), (hr.shape[0], hr.shape[1]))
        scores.append(PsnrY8()(luma(enlarged), luma(hr), 2))

    assert TABLE_2[name] == round(float(np.mean(scores)), 2)
