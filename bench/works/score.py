"""Scoring a restored image on luma."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.peers import scoring
from bench.pictures import DIV2K, pictures
from bench.work import Way, Work
from pipeline.evaluation.compared import compared
from pipeline.images.resize import resize
from pipeline.metrics.psnr_yf import PsnrYf
from pipeline.metrics.ssim_yf import SsimYf
from pipeline.restoring.image import Restored

SCALE = 4
DECIBELS = 1e-4
SIMILARITY = 1e-6

Pixels = NDArray[np.uint8]


def works(_folder: Path) -> Iterator[Work]:
    """Yield the works; none needs files."""
    (hr,) = pictures(1, *DIV2K)
    yield _luma(resize(resize(hr, (hr.shape[0] // SCALE, hr.shape[1] // SCALE)), hr.shape[:2]), hr)


def _luma(sr: Pixels, hr: Pixels) -> Work:
    turned = [np.ascontiguousarray(image[..., ::-1]) for image in (sr, hr)]  # BGR, as OpenCV reads
    return Work(
        f"score PSNR + SSIM on Y, {hr.shape[1]}x{hr.shape[0]}",
        "images/s",
        1,
        partial(_ours, sr, hr),
        [Way("each metric its own luma, SSIM in two dimensions (BasicSR's way)", partial(_theirs, *turned))],
        agree,
    )


def _ours(sr: Pixels, hr: Pixels) -> tuple[float, float]:
    (fields,) = compared(Restored(None, sr), hr, SCALE, "uint8")
    named = {"sr_yf": fields["sr_yf"], "hr_yf": fields["hr_yf"], "scale": SCALE}
    return PsnrYf()(**named), SsimYf()(**named)


def _theirs(sr: Pixels, hr: Pixels) -> tuple[float, float]:
    return scoring.psnr(sr, hr, SCALE), scoring.ssim(sr, hr, SCALE)


def agree(ours: tuple[float, float], theirs: tuple[float, float]) -> None:
    """See to it that PSNR and SSIM are the same but for the peer's float32."""
    assert abs(ours[0] - theirs[0]) < DECIBELS, f"{ours[0]} dB against {theirs[0]} dB"
    assert abs(ours[1] - theirs[1]) < SIMILARITY, f"SSIM {ours[1]} against {theirs[1]}"
