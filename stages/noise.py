"""``python -m stages noise``: cut patches of noise from a folder of images, for the link ``patches``."""

import logging
from pathlib import Path

import numpy as np

from pipeline import atomic
from pipeline.errors import ImageError
from pipeline.images.formats import ENDINGS
from pipeline.images.patches import Smooth, collected
from pipeline.images.raw import ENDINGS as RAW
from pipeline.images.raw import read
from pipeline.params.options import options

log = logging.getLogger(__name__)


def main(images: Path, out: Path, smooth: Path | None = None) -> None:
    """Write the smooth patches of ``images`` to ``out``, a ``.npy``; ``smooth`` says which, as in ``side=64``."""
    files = sorted(path for path in images.rglob("*") if path.suffix.lower() in (*ENDINGS, *RAW))
    if not files or out.suffix != ".npy":
        raise ImageError(f"{images} must be a folder with images, and {out} end in .npy")
    wanted = options(Smooth, str(smooth), "smooth") if smooth else Smooth()
    patches = collected((read(path.read_bytes(), str(path)) for path in files), wanted)
    with atomic.file(out) as partial, partial.open("wb") as file:
        np.save(file, patches)
    log.info("%s: %d patches of %d images", out, len(patches), len(files))
