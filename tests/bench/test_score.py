"""The work of scoring: ours agrees with its peer, and the agreement can fail."""

import numpy as np
import pytest

from bench.work import measure
from bench.works import score


def test_a_small_picture_is_scored_alike() -> None:
    rng = np.random.default_rng(0)
    hr = rng.integers(0, 256, (40, 50, 3), np.uint8)
    sr = np.clip(hr + rng.integers(-20, 20, hr.shape), 0, 255).astype(np.uint8)
    (row,) = measure(score._luma(sr, hr), 1).rows()

    assert ("score PSNR + SSIM on Y, 50x40", True) == (row["work"], row["judged"])


@pytest.mark.parametrize(("other", "said"), [((30.001, 0.9), "dB"), ((30.0, 0.90001), "SSIM")])
def test_other_scores_do_not_agree(other: tuple[float, float], said: str) -> None:
    score.agree((30.0, 0.9), (30.00001, 0.9000001))

    with pytest.raises(AssertionError, match=said):
        score.agree((30.0, 0.9), other)
