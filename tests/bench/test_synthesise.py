"""The works of synthesis: ours agrees with its judged peer, and the agreement can fail."""

from pathlib import Path

import numpy as np
import pytest

from bench.peers import shrinking
from bench.work import measure
from bench.works import synthesise


@pytest.mark.parametrize("scale", synthesise.SCALES)
def test_a_small_picture_is_resized_alike(scale: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (24, 36, 3), np.uint8)
    rows = measure(synthesise._bicubic(image, scale), 1).rows()

    assert [True] + 4 * [False] == [row["judged"] for row in rows]
    assert {f"synthesise bicubic 36x24 x{scale}"} == {row["work"] for row in rows}


def test_pairs_are_made_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (24, 36, 3), np.uint8) for _ in range(3)]
    with shrinking.processes() as pool:
        (row,) = measure(synthesise._pairs(tmp_path, images, 4, pool), 1).rows()

    assert ("synthesise pairs 36x24 x4", True) == (row["work"], row["judged"])


def test_pixels_that_are_two_levels_apart_do_not_agree() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    other = image.copy()
    other[0, 0, 0] = 1
    synthesise.agree(image, other)
    other[0, 0, 0] = 2

    with pytest.raises(AssertionError, match="2 levels apart"):
        synthesise.agree(image, other)
    with pytest.raises(AssertionError, match="% of the pixels differ"):
        synthesise.agree(image, image + np.uint8(1))
