"""Noise from the user's patches: the noise that is added is theirs, and a file that is none is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.patches import Patches
from pipeline.errors import DataError
from pipeline.images.files import write_png
from pipeline.randomness import generator
from stages.noise import main

SIZE, TARGET = (40, 50), (40, 50)


def link(own: Path, patches: NDArray[Any]) -> Patches:
    (own / "noise").mkdir(exist_ok=True)
    np.save(own / "noise" / "a.npy", patches)
    return Patches(own, "a.npy")


def rough(sigma: float, channels: int = 3) -> NDArray[np.uint8]:
    noise = generator(1).normal(100, sigma, (30, 12, 16, channels))
    return noise.round().astype(np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_added_has_the_deviation_of_the_patches_and_no_mean(tmp_path: Path, channels: int) -> None:
    part, image = link(tmp_path, rough(5)), np.full((*SIZE, channels), 0.5, np.float32)

    noise = part.apply(image, part.draw(generator(1), SIZE, TARGET)) - 0.5

    assert pytest.approx(5 / 255 / (1 if channels == 3 else 3**0.5), rel=0.05) == noise.std()
    assert np.abs(noise.mean((0, 1))).max() < 1e-6


def test_uint8_and_float32_are_the_same_noise_and_grey_patches_the_same_for_all_channels(tmp_path: Path) -> None:
    image, drawn = np.full((*SIZE, 3), 0.5, np.float32), {"seed": 3}
    whole, parts, grey = (
        link(tmp_path, each).apply(image, drawn) for each in (rough(5), rough(5) / np.float32(255), rough(5, 1))
    )

    assert np.allclose(whole, parts, atol=1e-6)
    assert 0 == np.ptp(grey, axis=-1).max() < np.ptp(grey)


def test_another_file_is_another_draw(tmp_path: Path) -> None:
    first, second = (link(tmp_path, rough(sigma)).draw(generator(1), SIZE, TARGET) for sigma in (4, 5))

    assert first["seed"] == second["seed"]
    assert first["sha256"] != second["sha256"]


@pytest.mark.parametrize(
    ("patches", "says"),
    [
        (
            np.zeros((2, 8, 8), np.uint8),
            r"holds uint8 \(2, 8, 8\); it must be patches \(N, h, w, 1\) or \(N, h, w, 3\)",
        ),
        (np.zeros((0, 8, 8, 3), np.uint8), r"holds uint8 \(0, 8, 8, 3\); it must"),
        (np.zeros((2, 8, 8, 3)), r"holds float64 \(2, 8, 8, 3\); it must"),
        (np.full((1, 8, 8, 3), 100, np.float32), r"holds float32 \(1, 8, 8, 3\) from 100.0 to 100.0; it must"),
        (np.full((1, 8, 8, 3), np.nan, np.float32), r"holds float32 \(1, 8, 8, 3\) from nan to nan; it must"),
        (np.array([{}]), r"is no .npy file that can be read \(.*allow_pickle=False\); it must"),
    ],
)
def test_a_file_that_holds_no_patches_is_told(tmp_path: Path, patches: NDArray[Any], says: str) -> None:
    with pytest.raises(DataError, match=rf"noise/a.npy: {says}"):
        link(tmp_path, patches)


def test_a_file_that_is_no_array_is_told(tmp_path: Path) -> None:
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "a.npy").write_bytes(b"hello")

    with pytest.raises(DataError, match=r"noise/a.npy: is no .npy file that can be read \(.*\); it must be patches"):
        Patches(tmp_path, "a.npy")


def test_the_command_cuts_what_the_link_reads(tmp_path: Path) -> None:
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    write_png(tmp_path / "photos" / "a.png", rough(3)[0])
    write_png(tmp_path / "photos" / "deep" / "b.png", rough(3)[1])

    main(tmp_path / "photos", tmp_path / "noise" / "cut.npy", Path("side=6 variance=30"))

    part = Patches(tmp_path, "cut.npy")
    assert (8, 6, 6, 3) == part.noise.shape
    assert pytest.approx(3 / 255, rel=0.1) == part.noise.std()
