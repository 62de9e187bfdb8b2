"""The work of degrading: ours agrees with its judged peer as far as both make the same, and the agreement can fail."""

import numpy as np
import pytest

from bench.peers.degrading import Step
from bench.pictures import pictures
from bench.work import measure
from bench.works import degrade
from pipeline.degradations.jpeg import JPEG
from pipeline.images.colour import to_float

IMAGES = [to_float(picture) for picture in pictures(4, 160, 192)]


def test_a_few_pictures_are_degraded_alike() -> None:
    (row,) = measure(degrade._work(IMAGES, 1), 1).rows()

    assert ("degrade real_esrgan, 4 x 192x160", True) == (row["work"], row["judged"])


@pytest.mark.parametrize(
    ("mode", "levels", "reason"),
    [("bicubic", 0.6, r"an image differs by 0\.60"), ("area", 3.0, r"resizing differ by 3\.0 grey levels")],
)
def test_what_was_resized_otherwise_does_not_agree(mode: str, levels: float, reason: str) -> None:
    given: list[list[Step]] = [[("resize", {"size": [40, 48], "mode": mode})]] * len(IMAGES)
    theirs = degrade._theirs(IMAGES, given)
    degrade._hold([each + levels / 2 / 255 for each in theirs], theirs, given)

    with pytest.raises(AssertionError, match=reason):
        degrade._hold([each + np.float32(levels / 255) for each in theirs], theirs, given)


@pytest.mark.parametrize("quality", [30, 60, 95])
def test_the_peers_jpeg_is_nearly_a_true_one(quality: int) -> None:
    image = IMAGES[0]
    (theirs,) = degrade._theirs([image], [[("jpeg", {"quality": quality})]])
    true = JPEG((1, 100)).apply(image, {"quality": quality})

    assert np.abs(theirs - true).mean() < min(2.5 / 255, 0.8 * np.abs(image - true).mean())
