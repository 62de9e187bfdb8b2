"""Images drawn through an affine map."""

import cv2
import numpy as np
from numpy.typing import NDArray


def warped(
    image: NDArray[np.float32], matrix: NDArray[np.float64], centre: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the part of ``image`` (H, W, C) in [0, 1] around ``centre``, drawn by ``matrix``, clipped to [0, 1].

    By OpenCV's cubic interpolation (a = -0.75, no antialiasing); beyond the edge the image is mirrored.

    Args:
        matrix: (2, 2), from (x, y) to (x, y): twice the unit matrix enlarges by two.
        centre: (x, y) in pixels of ``image``, from the middle of the first one; it becomes the middle of the result.
        size: height and width of the result.
    """
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    whole = np.column_stack([matrix, middle - matrix @ np.array(centre)])
    drawn = cv2.warpAffine(image, whole, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    clipped: NDArray[np.float32] = np.clip(drawn, 0, 1).astype(np.float32, copy=False)
    return clipped.reshape(*size, image.shape[-1])
