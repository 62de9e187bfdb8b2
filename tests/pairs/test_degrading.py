"""Many images at once: the threads change nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.degradations.real_esrgan import RealESRGAN
from pipeline.kinds import Drawn
from pipeline.pairs.degrading import degrade
from pipeline.randomness import generator

IMAGES = [np.random.default_rng(n).random((64, 48, 3), np.float32) for n in range(6)]
KEYS = [(1, "pairs", f"image {n}") for n in range(6)]
TARGETS = [(16, 12)] * 6


def test_images_come_in_their_order_each_with_the_chance_of_its_key() -> None:
    chain = RealESRGAN()

    found = degrade(chain, IMAGES, KEYS, TARGETS)
    backwards = degrade(chain, IMAGES[::-1], KEYS[::-1], TARGETS)[::-1]

    for image, key, (made, drawn), (again, _) in zip(IMAGES, KEYS, found, backwards, strict=True):
        assert chain.draw(generator(*key), (64, 48), (16, 12)) == drawn
        assert np.array_equal(chain.apply(image, drawn), made)
        assert np.array_equal(made, again)


def test_opencv_has_no_threads_of_its_own_meanwhile_and_as_many_as_before_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = set()
    before, chain = cv2.getNumThreads(), RealESRGAN()

    def watched(image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        seen.add(cv2.getNumThreads())
        return image

    monkeypatch.setattr(chain, "apply", watched)
    cv2.setNumThreads(2)
    try:
        degrade(chain, IMAGES, KEYS, TARGETS)
        after = cv2.getNumThreads()
    finally:
        cv2.setNumThreads(before)

    assert ({1}, 2) == (seen, after)
