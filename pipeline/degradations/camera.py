"""What a phone does to light: a lens that blurs, pixels that gather, a sensor with noise, processing and JPEG."""

from __future__ import annotations

from typing import Literal

from pipeline.bounds import Odd, Positive, Quality, Rising, Share
from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.isp import ISP
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.one_of import OneOf
from pipeline.degradations.resize import Resize
from pipeline.kinds import Weighted

__all__ = ["Camera"]


class Camera(Chain):
    """Ends at the LR size.

    Blur and down-sampling act on the linear light before the sensor, in its colours, and the noise comes after them,
    in the mosaic of LR: as in a camera of fewer pixels. Sensor and processing are those of ``isp``: Brooks et al.,
    CVPR 2019, arXiv:1811.11127. No paper gives the chain: it and its ranges are ours, but for the shot noise.

    Args:
        sigma: standard deviations of the lens's Gaussian blur, in HR pixels (ours, those of Real-ESRGAN's first).
        size: sizes of its kernel, in HR pixels (ours, likewise).
        elliptic: the share of images whose blur is elliptic (ours).
        averaged: the share of images whose LR pixel is the mean of the HR pixels it covers, as by a sensor that
            gathers all light; that of the others is the one in their middle, or the mean of the four there (ours).
        shot: the range of the shot noise, or ``none`` (paper: 0.0001 to 0.012).
        demosaic: as in ``isp``.
        quality: qualities of the JPEG (ours).
    """

    def __init__(
        self,
        sigma: Rising[tuple[Positive, Positive]] = (0.2, 3.0),
        size: Rising[tuple[Odd, Odd]] = (7, 21),
        elliptic: Share = 0.5,
        averaged: Share = 0.8,
        shot: Literal["none"] | Rising[tuple[Positive, Positive]] = (0.0001, 0.012),
        demosaic: Literal["malvar", "bilinear", "edge_aware"] = "malvar",
        quality: Rising[tuple[Quality, Quality]] = (60, 95),
    ) -> None:
        lens = _either(Blur(sigma, size, "elliptic"), Blur(sigma, size), elliptic)
        pixels = _either(Resize("target", "area", by="opencv"), Resize("target", "bilinear", by="opencv"), averaged)
        super().__init__([ISP([lens, pixels], shot, demosaic=demosaic), JPEG(quality)])


def _either(first: Blur | Resize, second: Blur | Resize, share: float) -> OneOf:
    return OneOf([Weighted(first, share), Weighted(second, 1 - share)])
