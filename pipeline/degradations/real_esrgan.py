"""Real-ESRGAN's degradation: twice blurred, resized, noisy and compressed, then sharpened beyond measure.

X. Wang, L. Xie, C. Dong, Y. Shan, Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data,
ICCVW 2021, arXiv:2107.10833. Numbers that the paper leaves out are those of the authors' options for x4. It differs
in the JPEG, a true one with whole qualities, and in the size of a kernel's grid, which the authors pad to 21 x 21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.bounds import NotNegative, Positive, Quality, Rising
from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.maybe import Maybe
from pipeline.degradations.noise import Noise
from pipeline.degradations.one_of import OneOf
from pipeline.degradations.poisson import Poisson
from pipeline.degradations.resize import Resize
from pipeline.degradations.sinc import Sinc
from pipeline.kinds import Drawn, Link, Weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RealESRGAN"]

SMALL, LARGE, ANY = (7, 11), (13, 21), (7, 21)
"""Sizes of kernels: three are small, five large; a low cutoff needs a large one."""
KERNELS: tuple[Literal["area", "bilinear", "bicubic"], ...] = ("area", "bilinear", "bicubic")
ROUND = 0.45, 0.12, 0.12
ELLIPTIC = 0.25, 0.03, 0.03
"""How likely a Gaussian is among bells, a generalised Gaussian, a plateau."""
RINGING = 0.1
BLURRED_AGAIN = 0.8
SHARPENED = 0.8
GAUSSIAN = 0.5
GREY = 0.4


class RealESRGAN(Chain):
    """Ends at the LR size. Ranges are pairs, of the first pass and of the second.

    Args:
        sigma: standard deviations of the blur, in pixels.
        noise: standard deviations of the Gaussian noise, white being 1.
        poisson: factors of the Poisson noise.
        quality: qualities of the JPEG; the last one's are the second pass's.
    """

    def __init__(
        self,
        sigma: tuple[Rising[tuple[Positive, Positive]], Rising[tuple[Positive, Positive]]] = ((0.2, 3.0), (0.2, 1.5)),
        noise: tuple[Rising[tuple[NotNegative, NotNegative]], Rising[tuple[NotNegative, NotNegative]]] = (
            (1 / 255, 30 / 255),
            (1 / 255, 25 / 255),
        ),
        poisson: tuple[Rising[tuple[NotNegative, NotNegative]], Rising[tuple[NotNegative, NotNegative]]] = (
            (0.05, 3.0),
            (0.05, 2.5),
        ),
        quality: tuple[Rising[tuple[Quality, Quality]], Rising[tuple[Quality, Quality]]] = ((30, 95), (30, 95)),
    ) -> None:
        resized = [Resize("target", kernel, by="opencv") for kernel in KERNELS]
        sharpened = Maybe(SHARPENED, [Sinc((1 / 3, 1.0), ANY)])
        end: list[Link] = [_evenly(*resized), sharpened]
        first: list[Link] = [
            _blur(sigma[0]),
            _sizes({(1.0, 1.5): 0.2, (0.15, 1.0): 0.7, 1.0: 0.1}, "image"),
            _noise(noise[0], poisson[0]),
            JPEG(quality[0]),
        ]
        second: list[Link] = [
            Maybe(BLURRED_AGAIN, [_blur(sigma[1])]),
            _sizes({(1.0, 1.2): 0.3, (0.3, 1.0): 0.4, 1.0: 0.3}, "target"),
            _noise(noise[1], poisson[1]),
        ]
        last = JPEG(quality[1])
        super().__init__([*first, *second, _evenly(Chain([*end, last]), Chain([last, *end]))])

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Degrade ``image``; a sinc that comes last overshoots, so that what leaves is clipped to [0, 1]."""
        return np.clip(super().apply(image, drawn), 0, 1)


def _evenly(*links: Link) -> OneOf:
    return OneOf([Weighted(link, 1.0) for link in links])


def _blur(sigma: tuple[float, float]) -> OneOf:
    """Return a bell of one of six families or, in one of ten, a sinc."""
    bells: list[Weighted[Link]] = []
    families: dict[Literal["round", "elliptic"], tuple[float, ...]] = {"round": ROUND, "elliptic": ELLIPTIC}
    for shape, shares in families.items():
        gaussian, generalised, plateau = (share * (1 - RINGING) for share in shares)
        bells.append(Weighted(Blur(sigma, ANY, shape), gaussian))
        # Half of the exponents are drawn from below 1, half from above, as the authors' code does.
        for beta in ((0.5, 1.0), (1.0, 4.0)):
            bells.append(Weighted(Blur(sigma, ANY, shape, "gaussian", beta), generalised / 2))
        for beta in ((1.0, 1.0), (1.0, 2.0)):
            bells.append(Weighted(Blur(sigma, ANY, shape, "plateau", beta), plateau / 2))
    small, large = Sinc((1 / 3, 1.0), SMALL), Sinc((1 / 5, 1.0), LARGE)
    return OneOf([*bells, Weighted(small, RINGING * 3 / 8), Weighted(large, RINGING * 5 / 8)])


def _sizes(shares: dict[float | tuple[float, float], float], of: Literal["image", "target"]) -> OneOf:
    """Return one resize of many: a range of factors as likely as ``shares`` says, each kernel as likely."""
    return OneOf(
        [Weighted(Resize(to, kernel, by="opencv", of=of), share) for to, share in shares.items() for kernel in KERNELS]
    )


def _noise(sigma: tuple[float, float], scale: tuple[float, float]) -> OneOf:
    return OneOf([Weighted(Noise(sigma, GREY), GAUSSIAN), Weighted(Poisson(scale, GREY), 1 - GAUSSIAN)])
