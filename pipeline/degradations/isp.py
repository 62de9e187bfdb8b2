"""A camera's processing: an image goes back to the light on the sensor, through the sensor, and forth again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.bounds import Positive, Rising
from pipeline.degradations.chain import Chain
from pipeline.images.cameras import XYZ_TO_CAMERA, camera, processed, unprocessed
from pipeline.images.sensors import demosaiced, mosaic, noisy
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ISP"]

IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""
INVERSE_GAIN = 0.8, 0.1
"""Mean and standard deviation of one over the brightening, in the authors' code."""
SLOPE, INTERCEPT, SPREAD = 2.18, 1.20, 0.26
"""The logarithm of the read noise: a line over that of the shot noise, and the standard deviation from it."""


class ISP(Link):
    """Unprocesses an sRGB image to an RGGB mosaic, adds shot and read noise there, and processes it to sRGB again.

    Brooks et al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019, arXiv:1811.11127. Inverse tone curve,
    gamma, colour matrix and gains; the sensor, which clips; then gains, demosaicing, colour matrix, gamma and tone
    curve. The authors demosaic bilinearly and do neither brightening nor the tone curve again.

    A grey image goes through as three equal channels, and their mean comes back.

    Args:
        links: what happens to the light before it falls on the sensor, linear and in the sensor's colours: blur of
            the lens, ``resize`` to the sensor's pixels. None by default.
        shot: the range of the shot noise, by whose logarithm it is drawn evenly; the read noise follows from it with
            a scatter, both as in the paper. ``none``: no noise at all.
        red, blue: ranges of the white balance of these channels (paper's code: 1.9 to 2.4, 1.5 to 1.9).
        demosaic: how the two missing colours of a pixel are found. ``malvar`` is the default because it is nearer to
            what a camera's own would do: 3 to 4.5 dB closer to four photographs than ``bilinear``, which is the
            authors', and than ``edge_aware``, which is OpenCV's and rounds to 16 bits.
    """

    def __init__(
        self,
        links: list[Link] | None = None,
        shot: Literal["none"] | Rising[tuple[Positive, Positive]] = (0.0001, 0.012),
        red: Rising[tuple[Positive, Positive]] = (1.9, 2.4),
        blue: Rising[tuple[Positive, Positive]] = (1.5, 1.9),
        demosaic: Literal["malvar", "bilinear", "edge_aware"] = "malvar",
    ) -> None:
        self.light = Chain(links or [])
        self.shot = shot
        self.red = red
        self.blue = blue
        self.demosaic = demosaic

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide gains, colours and noise of the camera, and draw for the links."""
        weights = rng.random(len(XYZ_TO_CAMERA))
        drawn: Drawn = {
            **self.light.draw(rng, size, target),
            "weights": (weights / weights.sum()).tolist(),
            "red": rng.uniform(*self.red),
            "blue": rng.uniform(*self.blue),
            "gain": 1 / rng.normal(*INVERSE_GAIN),
            "noise": None,
        }
        if self.shot != "none":
            low, high = self.shot
            shot = rng.uniform(math.log(low), math.log(high))
            read = rng.normal(SLOPE * shot + INTERCEPT, SPREAD)
            drawn["noise"] = {"shot": math.exp(shot), "read": math.exp(read), "seed": int(rng.integers(2**32))}
        return drawn

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Send ``image`` through the drawn camera, each frame of a clip with the same noise."""
        if image.ndim > IMAGE:
            return np.stack([self.apply(frame, drawn) for frame in image])
        used = camera(*(drawn[key] for key in ("weights", "red", "blue", "gain")))
        light = unprocessed(np.broadcast_to(image, (*image.shape[:2], 3)), used)
        seen = mosaic(np.clip(self.light.apply(light, drawn), 0, 1))
        if drawn["noise"] is not None:
            noise = drawn["noise"]
            seen = noisy(seen, noise["shot"], noise["read"], np.random.default_rng(noise["seed"]))
        balanced = np.clip(seen * mosaic(np.broadcast_to(used.gains, (*seen.shape, 3))), 0, 1)
        colours = processed(demosaiced(balanced, self.demosaic), used)
        return colours.mean(axis=-1, keepdims=True) if image.shape[-1] == 1 else colours

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return the size that leaves the links."""
        return self.light.after(size, drawn)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell what happens to the light, then the shot noise: its variance by the light."""
        noise = drawn["noise"]
        return [*self.light.told(drawn), "isp without noise" if noise is None else f"isp shot {noise['shot']:.2g}"]
