"""Pixels through a codec that loses some of them, and back."""

from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError
from pipeline.images.colour import to_float, to_uint8
from pipeline.kinds import Drawn, Link, Size

QUALITY = {".jpg": cv2.IMWRITE_JPEG_QUALITY, ".webp": cv2.IMWRITE_WEBP_QUALITY}
LONGEST = {".jpg": 65500, ".webp": 16383}
"""Pixels along the longer side of what a file of the format can hold."""
IMAGE = 3
"""The dimensions of an image (H, W, C); a clip (T, H, W, C) has one more."""

Ending: TypeAlias = Literal[".jpg", ".webp"]


class Compression(Link):
    """Rounds to 8 bits, encodes with loss and decodes again: what the links of all codecs are.

    Args:
        ending: of the files of the format.
        quality: the range of whole qualities, each as likely; 100 loses least.
    """

    def __init__(self, ending: Ending, quality: tuple[int, int]) -> None:
        self.ending = ending
        self.quality = quality

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide the quality; raise ImageError when no such file can hold the image."""
        check_holds(self.ending, size)
        return {"quality": int(rng.integers(*self.quality, endpoint=True))}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Compress ``image``, or each frame of a clip by itself; what leaves are grey levels in [0, 1]."""
        return compressed(image, self.ending, drawn["quality"])

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size


def check_holds(ending: Ending, size: Size) -> None:
    """Raise ImageError when no file of a format can hold an image of height and width ``size``."""
    if max(size) > LONGEST[ending]:
        raise ImageError(
            f"an image of {size[0]}x{size[1]} pixels is too large for a {ending} file: {LONGEST[ending]} at most"
        )


def compressed(image: NDArray[np.float32], ending: Ending, quality: int) -> NDArray[np.float32]:
    """Return float32 (H, W, C) or (T, H, W, C), C being 1 or 3, as a file of 8 bits at ``quality`` gives it back.

    Raises:
        ImageError: the image is larger than the format can hold.
    """
    if image.ndim > IMAGE:
        return np.stack([compressed(frame, ending, quality) for frame in image])
    check_holds(ending, image.shape[:2])
    pixels = to_uint8(image)
    grey = image.shape[-1] == 1
    there, back = (pixels, cv2.IMREAD_GRAYSCALE) if grey else (pixels[..., ::-1], cv2.IMREAD_COLOR_RGB)
    _, encoded = cv2.imencode(ending, there, [QUALITY[ending], quality])
    decoded = np.asarray(cv2.imdecode(encoded, back), np.uint8)
    return to_float(decoded.reshape(image.shape))
