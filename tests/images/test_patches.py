"""Patches of noise: which are cut, and how they cover an image."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.files import read
from pipeline.images.patches import Smooth, centred, collected, tiled
from pipeline.randomness import generator


def surface(grey: float, sigma: float, size: tuple[int, int] = (16, 16), channels: int = 3) -> NDArray[np.uint8]:
    noise = generator(1).normal(grey, sigma, (*size, channels))
    return np.clip(noise.round(), 0, 255).astype(np.uint8)


def test_what_is_smooth_and_neither_black_nor_white_is_cut() -> None:
    image = np.zeros((40, 56, 3), np.uint8)
    image[:16, :16], image[:16, 16:32], image[16:32, 32:48] = surface(128, 3), surface(128, 40), surface(90, 1)
    image[16:32, :16], image[16:32, 16:32] = surface(20, 3), surface(240, 3)

    found = collected([image, surface(100, 2, channels=1)], Smooth(side=16))

    assert ((3, 16, 16, 3), "uint8") == (found.shape, found.dtype.name)
    assert np.array_equal([image[:16, :16], image[16:32, 32:48]], found[:2])
    assert 0 == np.ptp(found[2], axis=-1).max()


def test_no_patch_at_all_is_one_line() -> None:
    with pytest.raises(
        ImageError, match=r"no image has a patch like Smooth\(side=256, variance=20.0, darkest=50.0, bri"
    ):
        collected([surface(128, 3)], Smooth())


@pytest.mark.parametrize("values", [surface(128, 3)[None], surface(128, 3)[None] / np.float32(255)])
def test_noise_is_a_patch_less_its_mean(values: NDArray[np.uint8]) -> None:
    noise = centred(values)

    assert np.float32 == noise.dtype
    assert np.abs(noise.mean(axis=(1, 2))).max() < 1e-6
    assert np.allclose(np.ptp(surface(128, 3)) / 255, np.ptp(noise), atol=0.02)


def test_an_image_smaller_than_a_patch_gets_a_part_of_one() -> None:
    patches = generator(2).random((3, 9, 11, 3), np.float32)
    taken = {tiled(patches, (9, 11), generator(n)).tobytes() for n in range(40)}
    parts = {tiled(patches, (4, 5), generator(n)).tobytes() for n in range(60)}
    whole = [each - each.mean((0, 1)) for each in patches]
    windows = np.lib.stride_tricks.sliding_window_view(patches, (4, 5), (1, 2)).reshape(-1, 3, 4, 5)

    assert 3 == len(taken)
    assert all(min(np.abs(np.frombuffer(t, np.float32) - w.ravel()).max() for w in whole) < 1e-6 for t in taken)
    assert len(parts) > 40
    some = np.frombuffer(next(iter(parts)), np.float32).reshape(4, 5, 3).transpose(2, 0, 1)
    assert np.abs(windows - windows.mean((2, 3), keepdims=True) - some).max((1, 2, 3)).min() < 1e-6


def test_a_larger_image_gets_patches_of_chance_side_by_side() -> None:
    patches = np.repeat(np.arange(50, dtype=np.float32), 12).reshape(50, 3, 4, 1)
    noise = tiled(patches, (30, 41), generator(3))
    edges = np.flatnonzero(np.abs(np.diff(noise[:, :, 0], axis=1)).max(0)), np.flatnonzero(np.diff(noise[:, 0, 0]))

    assert (30, 41, 1) == noise.shape
    assert ({4}, {3}) == (set(np.diff(edges[0])), set(np.diff(edges[1])) - {6, 9})
    assert abs(noise.mean()) < 1e-5
    assert len(np.unique(noise.round(3))) > 20


@pytest.mark.mirror
@pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with RealSRSet.zip")
def test_real_images_have_smooth_patches_and_the_file_keeps_them() -> None:
    with zipfile.ZipFile(Path(os.environ["SR_MIRROR"], "RealSRSet.zip")) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        images = [read(archive.read(name), name) for name in names]
    found, file = collected(images, Smooth(side=32)), io.BytesIO()
    np.save(file, found)
    file.seek(0)

    assert np.array_equal(found, np.load(file))
    assert (12, 32, 32, 3) == found.shape
    assert 0.001 < centred(found).std() < 0.03
