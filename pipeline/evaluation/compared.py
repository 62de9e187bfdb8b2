"""The fields that metrics compare: luma of the restored and of the true image, rounded or not.

BT.601 luma as MATLAB's rgb2ycbcr. A grey true image is its own luma; what a network on RGB restored of it counts as
the mean of its three channels. Luma restored of a colour image is clipped to the range of colours, 16 to 235: no paper
says so, but with it the bicubic rows of RCAN's table come out, and without it SSIM is up to 0.0008 off
(docs/protocols.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ScoreError
from pipeline.images.colour import luma, real_luma
from pipeline.images.scale import border
from pipeline.restoring.image import Restored
from pipeline.restoring.levels import levels

Compared: TypeAlias = dict[str, Any]


def compared(restored: Restored, hr: NDArray[np.uint8], scale: float, rounding: str) -> Iterator[Compared]:
    """Yield the fields for one image, or for each frame of a clip.

    Args:
        restored: what the model made.
        hr: the truth, (H, W, C) or (T, H, W, C), C 1 or 3.
        rounding: ``none`` compares the restored luma itself; ``uint8`` the luma of the restored RGB pixels.
    """
    if rounding == "none":
        if restored.luma is None:
            raise ScoreError("pairs of rounding `none` judge luma; this network restores none")
        own = levels(restored.luma, hr)
        fields: Compared = {"sr_y8": own.astype(np.float64), "hr_y8": luma(hr).astype(np.float64)}
    else:
        assert restored.pixels is not None
        fields = {
            "sr": restored.pixels,
            "hr": hr,
            **_lumas("sr", restored.pixels, hr),
            **_lumas("hr", hr, hr),
        }
    if fields["sr_y8"].shape != fields["hr_y8"].shape:
        raise ScoreError(f"the network made {fields['sr_y8'].shape}, the truth has {fields['hr_y8'].shape}")
    frames = range(hr.shape[0]) if hr.ndim == 4 else [...]
    for frame in frames:
        yield {**{name: values[frame] for name, values in fields.items()}, "scale": border(scale)}


def _lumas(side: str, pixels: NDArray[np.uint8], hr: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    if hr.shape[-1] == 1:
        exact = pixels.astype(np.float64).mean(axis=-1)
        return {f"{side}_yf": exact, f"{side}_y8": np.floor(exact + 0.5)}
    return {f"{side}_yf": real_luma(pixels), f"{side}_y8": luma(pixels).astype(np.float64)}
