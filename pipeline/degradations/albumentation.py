"""A transform of the library albumentations as a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipeline.images.colour import to_float, to_uint8
from pipeline.images.policies import SEEDS, Policy
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Albumentation"]

IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""


class Albumentation(Link):
    """Runs a pixel-level transform of albumentations; what moves pixels is refused. What leaves is clipped to [0, 1].

    A grey image goes through as three equal channels, and their mean comes back.

    Args:
        transform: the library's name, as in ``MotionBlur``.
        options: the transform's, as the library calls them. Its chance, ``p``, is 1 unless they say otherwise: in a
            chain there is ``maybe``.
        rounding: ``none``: on float32; ``uint8``: on 8 bits, the only ones that some transforms take.

    Raises:
        ParamsError: a name that the library does not have, options that it does not take, or pixels that move.
    """

    def __init__(
        self, transform: str, options: dict[str, Any] | None = None, rounding: Literal["uint8", "none"] = "none"
    ) -> None:
        self.policy = Policy([{transform: {"p": 1.0, **(options or {})}}], "albumentation")
        self.policy.ready()
        self.rounding = rounding

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the seed of the library's own chance."""
        return {"seed": int(rng.integers(SEEDS))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Run the transform on ``image``, on each frame of a clip with the same chance."""
        if image.ndim > IMAGE:
            return np.stack([self.apply(frame, drawn) for frame in image])
        colours = np.clip(np.broadcast_to(image, (*image.shape[:2], 3)), 0, 1)
        changed = np.clip(self._changed(colours, drawn["seed"]), 0, 1)
        return changed.mean(axis=-1, keepdims=True) if image.shape[-1] == 1 else changed

    def _changed(self, colours: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        if self.rounding == "none":
            return self.policy.changed(colours, seed)
        return to_float(self.policy.changed(to_uint8(colours), seed))

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size
