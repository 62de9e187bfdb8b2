"""Noise from patches of real noise: what a camera leaves in smooth places, added to another image."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.bounds import NOISE, NoiseFile
from pipeline.errors import DataError
from pipeline.images.array_files import array_of
from pipeline.images.patches import centred, tiled
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Patches"]

DIMENSIONS = 4
KINDS = (np.uint8, np.float32)


class Patches(Link):
    """Adds a patch of noise of a file, less its mean, and clips to [0, 1].

    Ji et al., "Real-World Super-Resolution via Kernel Estimation and Noise Injection", CVPRW 2020. A patch of chance,
    cut at a place of chance, as by the authors; an image larger than a patch gets several side by side, which is ours.
    A grey image gets the mean of a patch's channels. All frames of a clip get the same noise.

    Args:
        own: the folder of the user's own files.
        file: a ``.npy`` of patches (N, h, w, C), C being 1 or 3, uint8 or float32 in [0, 1], in ``own/noise``;
            ``python -m stages noise`` cuts them from images.

    Raises:
        DataError: the file holds something else.
    """

    def __init__(self, own: Path, file: NoiseFile) -> None:
        patches = _read(own / NOISE / file)
        self.sha256 = hashlib.sha256(repr(patches.shape).encode() + patches.tobytes()).hexdigest()
        self.noise = centred(patches)

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the seed that chooses patches; beside it stands their digest, so that another file is another draw."""
        return {"seed": int(rng.integers(2**32)), "sha256": self.sha256}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Add the noise to ``image``."""
        height, width, channels = image.shape[-3:]
        noise = tiled(self.noise, (height, width), np.random.default_rng(drawn["seed"]))
        if channels == 1:
            noise = noise.mean(axis=-1, keepdims=True)
        noisy = image + noise
        return np.clip(noisy, 0, 1, out=noisy)

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size


def _read(path: Path) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Return the patches of a file, none of them empty."""
    wanted = "it must be patches (N, h, w, 1) or (N, h, w, 3), uint8 or float32 in [0, 1]"
    try:
        patches = array_of(path)
    except DataError as error:
        raise DataError(f"{error}; {wanted}") from None
    said = f"{patches.dtype} {patches.shape}"
    fits = patches.ndim == DIMENSIONS and patches.shape[-1] in (1, 3) and patches.dtype in KINDS and patches.size
    if not fits:
        raise DataError(f"{path}: holds {said}; {wanted}")
    if not (patches.min() >= 0 and patches.max() <= (255 if patches.dtype == np.uint8 else 1)):
        raise DataError(f"{path}: holds {said} from {patches.min()} to {patches.max()}; {wanted}")
    return patches
