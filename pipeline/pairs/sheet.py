"""A contact sheet: what the chain of a pairs entry makes of one picture, to look at before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ImageError, ParamsError, told_at
from pipeline.images import threads
from pipeline.images.colour import luma, to_float, to_uint8
from pipeline.images.crop import crop_to_multiple
from pipeline.images.files import read
from pipeline.images.lettering import lettered, wrapped
from pipeline.images.scale import low
from pipeline.kinds import Drawn
from pipeline.pairs.drawing import chain_of, draw, place_of
from pipeline.pairs.scales import Scales
from pipeline.pairs.settings import Pairs

SIDE = 288
"""HR pixels along the side of what a tile shows, from the middle of the image; divides by 2, 3, 4, 6, 8."""
MARGIN = 12

Tile = tuple[NDArray[np.uint8], list[str]]


def sheet(
    settings: Pairs, name: str, picture: Path, *, learner: Path, own: Path, seed: int, count: int
) -> NDArray[np.uint8]:
    """Return RGB tiles with what was drawn under each: the HR image, its LR image in these pairs, and other draws.

    Of several scales the largest is shown.

    The pairs' own draw comes from the seed, the name of the pairs and the picture's name without its ending; draw n
    from these and n. An LR pixel is shown as a square of HR pixels.

    Args:
        learner: the folder of the model that a ``learned`` link runs.
        own: the folder of the user's own files.
        count: LR tiles, 1 or more.

    Raises:
        ParamsError: the pairs have no chain: their LR images are the source's own.
        ImageError: no such picture, or one that no pairs could be made of.
        DataError: the chain misses the LR size, or the model of a ``learned`` link is not trained yet.
    """
    if settings.degradation == "given":
        raise ParamsError(f"{place_of(name)}: is `given`; only a chain of links can be shown")
    chain, scale = chain_of(name, settings.degradation, learner=learner, own=own), Scales(settings.scale).most
    hr = _opened(picture, settings)
    target = low((hr.shape[0], hr.shape[1]), scale)
    key = (seed, name, picture.stem)
    draws = [draw(chain, each, target, scale) for each in (key, *((*key, n) for n in range(count - 1)))]

    def degraded(drawn: Drawn) -> NDArray[np.uint8]:
        with told_at(f"{place_of(name)}: {picture.stem}"):
            return to_uint8(chain.apply(to_float(hr), drawn))

    titles = ["in these pairs", *(f"n = {n}" for n in range(count - 1))]
    tiles: list[Tile] = [(_middle(hr, 1), [f"HR {hr.shape[1]}x{hr.shape[0]}"])]
    for title, drawn, lr in zip(titles, draws, threads.ahead(degraded, draws), strict=True):
        tiles.append((_middle(lr, scale), [title, *wrapped(chain.told(drawn), SIDE)]))
    return _laid_out(tiles)


def _opened(picture: Path, settings: Pairs) -> NDArray[np.uint8]:
    """Return the picture as pairs would have it: cropped to a multiple of the scale, luma where there is only that."""
    try:
        data = picture.read_bytes()
    except OSError as error:
        raise ImageError(f"{picture}: cannot be read ({error.strerror})") from None
    image: NDArray[Any] = read(data, str(picture))
    scale = Scales(settings.scale).most
    if min(image.shape[:2]) < scale:
        raise ImageError(f"{picture}: has {image.shape[0]}x{image.shape[1]} pixels; the scale is {scale}")
    if settings.rounding == "none" and image.shape[-1] > 1:
        image = luma(image)[..., None]
    return crop_to_multiple(image, scale)


def _middle(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Return the middle of ``image`` in RGB, each pixel as a square of ``scale`` x ``scale``; at most SIDE of them."""
    side, square = int(SIDE / scale), round(scale)
    top, left = (max(0, (length - side) // 2) for length in image.shape[:2])
    shown = image[top : top + side, left : left + side]
    return np.broadcast_to(shown, (*shown.shape[:2], 3)).repeat(square, axis=0).repeat(square, axis=1)[:SIDE, :SIDE]


def _laid_out(tiles: list[Tile]) -> NDArray[np.uint8]:
    """Return the tiles in rows, as many across as down, with their lines below them."""
    across = int(np.ceil(np.sqrt(len(tiles))))
    captions = [lettered(lines, SIDE) for _, lines in tiles]
    below = max(map(len, captions))
    height, width = SIDE + MARGIN // 2 + below + MARGIN, SIDE + MARGIN
    down = -(-len(tiles) // across)
    page = np.full((MARGIN + down * height, MARGIN + across * width, 3), 255, np.uint8)
    for number, ((image, _), caption) in enumerate(zip(tiles, captions, strict=True)):
        top, left = (MARGIN + place * step for place, step in zip(divmod(number, across), (height, width), strict=True))
        page[top : top + image.shape[0], left : left + image.shape[1]] = image
        foot = top + SIDE + MARGIN // 2
        page[foot : foot + len(caption), left : left + SIDE] = caption
    return page
