"""Many images at once: the threads change nothing."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.degradations.real_esrgan import RealESRGAN
from pipeline.pairs.degrading import degrade, workers
from pipeline.randomness import generator


def test_images_come_in_their_order_each_with_the_chance_of_its_key() -> None:
    chain = RealESRGAN()
    images = [np.random.default_rng(n).random((64, 48, 3), np.float32) for n in range(6)]
    keys = [(1, "pairs", f"image {n}") for n in range(6)]

    with workers(3) as many, workers(1) as one:
        found = degrade(chain, images, keys, 4, many)
        backwards = degrade(chain, images[::-1], keys[::-1], 4, one)[::-1]

    for image, key, (made, drawn), (again, _) in zip(images, keys, found, backwards, strict=True):
        assert chain.draw(generator(*key), (64, 48), (16, 12)) == drawn
        assert np.array_equal(chain.apply(image, drawn), made)
        assert np.array_equal(made, again)


def test_opencv_has_no_threads_of_its_own_meanwhile_and_its_own_number_again_after() -> None:
    before = cv2.getNumThreads()

    with workers():
        meanwhile = cv2.getNumThreads()

    assert (1, before) == (meanwhile, cv2.getNumThreads())
