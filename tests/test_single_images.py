"""Five images, each reduced by a kernel of its own: what each tells of it is nearer than bicubic and worth decibels."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.images.estimates import kernel_psnr
from pipeline.images.kernels import Kernel, bell
from pipeline.images.resize import resize
from pipeline.lookup import build
from pipeline.params.check import checked
from pipeline.reporting.cases import Case, cases
from pipeline.saved import load_network
from tests.clones import ROOT, Clone, kept_with

PRESET = ROOT / "presets" / "kernel-gan.yaml"
IMAGES = ("baby", "bird", "butterfly", "head", "woman")
CACHED = ROOT / "build" / "prove" / "kernels"
"""The checkout in which the proof runs: a proof that is killed continues there."""


def preset(folder: Path) -> dict[str, Any]:
    """Return the preset as it holds in ``folder``."""
    (folder / "params.yaml").write_bytes(PRESET.read_bytes())
    return checked(folder / "params.yaml")


def true_kernel(params: dict[str, Any], image: str) -> Kernel:
    """Return the kernel (13, 13) that the pairs of ``image`` are blurred by."""
    blur = build("degradations", {"name": "blur", **params["pairs"][f"{image}-x2"]["degradation"][0]["blur"]})
    kernel = blur.kernel(blur.draw(np.random.default_rng(0), (26, 26), (13, 13)))[4:-4, 4:-4]
    return np.asarray(kernel / kernel.sum())


def bicubic_kernel() -> Kernel:
    """Return the kernel (13, 13) of bicubic reduction to half the size, found with impulses."""
    line = [resize(np.eye(26)[row][:, None, None].repeat(26, 1), (13, 13))[6, 6, 0] for row in range(6, 19)]
    return np.outer(line, line)


def test_each_image_is_a_case_of_its_own(tmp_path: Path) -> None:
    expected = [
        Case(
            f"kernel-{each}",
            f"{each}-learned-x2",
            f"{each}-bicubic-x2",
            f"{each}-x2",
            f"zssr-{each}",
            f"bicubic-{each}",
        )
        for each in IMAGES
    ]

    assert expected == list(cases(preset(tmp_path)))


def test_a_kernel_is_learnt_from_the_very_image_that_is_enlarged(tmp_path: Path) -> None:
    params = preset(tmp_path)
    for each in IMAGES:
        sides, own = params["sources"][f"{each}-alone"], params["sources"][each]

        assert own == sides["lr"]["of"] == sides["hr"]["of"]
        assert params["pairs"][f"{each}-x2"]["degradation"] == sides["lr"]["link"]["links"]
        assert sides["hr"] == sides["lr"]


def test_a_kernel_is_told_by_its_axes() -> None:
    assert "2.00 x 1.00 @ 30°" == shape(bell(21, (2.0, 1.0), 30, shift=0.5))


def test_the_kernels_differ_and_lie_where_bicubic_does(tmp_path: Path) -> None:
    params = preset(tmp_path)
    kernels = [true_kernel(params, each) for each in IMAGES]
    places = np.arange(13)
    centres = [[float((places * kernel.sum(axis)).sum()) for axis in (0, 1)] for kernel in (*kernels, bicubic_kernel())]

    np.testing.assert_allclose(centres, 6.5, atol=0.05)
    assert all(kernel_psnr(one, other) < 50 for one in kernels for other in kernels if one is not other)


def learnt_kernel(clone: Clone, image: str) -> Kernel:
    """Return the kernel (13, 13) that the LR of ``image`` has told."""
    degrader: Any = load_network(clone.path / "models" / f"kernel-{image}", "degrader")
    return np.asarray(degrader.kernel())


def shape(kernel: Kernel) -> str:
    """Return the standard deviations of ``kernel`` along its longest axis and across, and how that is turned."""
    places = np.indices(kernel.shape)
    apart = places - (places * kernel).sum(axis=(1, 2), keepdims=True)
    variances, axes = np.linalg.eigh(np.einsum("ihw,jhw,hw->ij", apart, apart, kernel))
    angle = np.rad2deg(np.arctan2(axes[0, 1], axes[1, 1])) % 180
    return f"{variances[1] ** 0.5:.2f} x {variances[0] ** 0.5:.2f} @ {angle:.0f}°"


def score(clone: Clone, model: str) -> float:
    """Return the PSNR of ``model`` on its image."""
    ((_, means),) = json.loads((clone.path / "scores" / f"{model}.json").read_text(encoding="utf-8")).items()
    return float(means["psnr_y8"])


@pytest.mark.prove
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with Set5")
def test_kernels_that_single_images_tell_are_nearer_than_bicubic_and_worth_decibels(tmp_path: Path) -> None:
    params = preset(tmp_path)
    stages = [f"{verb}@{name}" for verb in ("evaluate", "measure") for name in params["models"]]
    clone = kept_with(stages, CACHED, PRESET, threads=1)
    numbers = clone.study()
    true = {each: true_kernel(params, each) for each in IMAGES}
    found = {each: kernel_psnr(true[each], learnt_kernel(clone, each)) for each in IMAGES}
    plain = {each: kernel_psnr(true[each], bicubic_kernel()) for each in IMAGES}
    for each in IMAGES:
        kernel = f"kernel {found[each]:.2f} dB, bicubic's {plain[each]:.2f}; {shape(learnt_kernel(clone, each))}"
        zssr = ", ".join(f"{kind} {score(clone, f'{kind}-{each}'):.2f} dB" for kind in ("zssr", "bicubic"))
        print(f"{each:9} {kernel}, true {shape(true[each])}; {zssr}")  # noqa: T201  # the proof's log
    text = (clone.path / "degradation.json").read_text(encoding="utf-8")
    (ROOT / "docs" / "proofs" / "kernel-gan.json").write_text(text, encoding="utf-8")
    print(text)  # noqa: T201  # the proof's log

    assert all(found[each] > plain[each] for each in IMAGES)
    assert numbers["kernel_psnr"] > numbers["bicubic_kernel_psnr"]
    assert numbers["downstream_gain_db"] > 0
