"""Gaussian noise: in each channel its own, the same in all, or correlated between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NotNegative, Rising, Share
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Noise"]

COLOURS = 3


class Noise(Link):
    """Adds Gaussian noise and clips to [0, 1].

    Wang et al., Real-ESRGAN, ICCVW 2021, arXiv:2107.10833: grey in 40 of 100 images. Zhang et al., BSRGAN, ICCV 2021,
    arXiv:2103.14006: correlated in 20 of 100, grey in 40.

    Args:
        sigma: the range of standard deviations, white being 1.
        grey: the share of images whose channels all get the same noise.
        correlated: of the others, the share whose channels get mixtures of three noises: by a random rotation, each
            with its own share of the variance, drawn evenly from 0 to 1.
    """

    def __init__(
        self, sigma: Rising[tuple[NotNegative, NotNegative]], grey: Share = 0.0, correlated: Share = 0.0
    ) -> None:
        self.sigma = sigma
        self.grey = grey
        self.correlated = correlated

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the standard deviation, the kind, how correlated noises are mixed, and the seed of the noise."""
        drawn: Drawn = {"sigma": rng.uniform(*self.sigma), "grey": bool(rng.random() < self.grey), "mixture": None}
        if not drawn["grey"] and rng.random() < self.correlated:
            rotation, _ = np.linalg.qr(rng.standard_normal((COLOURS, COLOURS)))
            drawn["mixture"] = (np.sqrt(rng.random((COLOURS, 1))) * rotation).tolist()
        return drawn | {"seed": int(rng.integers(2**32))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Add the noise to ``image``; all frames of a clip get the same."""
        height, width, channels = image.shape[-3:]
        mixture = None if drawn["mixture"] is None else np.array(drawn["mixture"], np.float32)[:, :channels]
        planes = 1 if drawn["grey"] else channels if mixture is None else COLOURS
        noise = np.random.default_rng(drawn["seed"]).standard_normal((height, width, planes), np.float32)
        noise *= np.float32(drawn["sigma"])
        noisy = image + (noise if mixture is None else noise @ mixture)
        return np.clip(noisy, 0, 1, out=noisy)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the standard deviation in grey levels, and the kind."""
        kind = " grey" if drawn["grey"] else " mixed" if drawn["mixture"] is not None else ""
        return [f"noise {255 * drawn['sigma']:.1f}/255{kind}"]
