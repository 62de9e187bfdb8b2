"""Degrading HR patches on the fly, from the draw to the LR patch.

The peer is handed what ours has drawn, kernels and sizes included. Without noise and JPEG both make the same to half a
grey level where no resizing is by ``area``, which OpenCV weighs exactly and torch by whole pixels. Noise comes from
other generators; the JPEG is a true one here, and one of tensors, without rounding of its tables, there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.peers.degrading import Step, degraded
from bench.pictures import pictures
from bench.work import Way, Work
from pipeline.degradations.blur import Blur
from pipeline.degradations.chain import Chain
from pipeline.degradations.jpeg import JPEG
from pipeline.degradations.maybe import Maybe
from pipeline.degradations.noise import Noise
from pipeline.degradations.one_of import OneOf
from pipeline.degradations.poisson import Poisson
from pipeline.degradations.real_esrgan import RealESRGAN
from pipeline.degradations.resize import Resize
from pipeline.degradations.sinc import Sinc
from pipeline.images.colour import to_float
from pipeline.images.kernels import sinc
from pipeline.kinds import Drawn, Link
from pipeline.pairs.degrading import degrade

SCALE, BATCH, SIDE = 4, 16, 256
BATCHES = 4
"""Batches in one run, each with draws of its own: one alone may be lucky."""
SAME = 0.5 / 255
"""How far an image may lie from the peer's in the mean, where neither noise nor JPEG nor ``area`` comes in; the peer
rounds its result."""
PLAIN = 2 / 255
"""How far all images may, where neither noise nor JPEG comes in."""
WHOLE = 12 / 255
"""The same of all: noise differs from one generator to the other, and a true JPEG from one of tensors."""
CHANCE = ("gaussian", "poisson", "jpeg")

Image = NDArray[np.float32]


def works(folder: Path) -> Iterator[Work]:  # noqa: ARG001  every file of works takes a folder
    """Yield Real-ESRGAN's chain."""
    yield _work([to_float(picture) for picture in pictures(BATCH, SIDE, SIDE)], BATCHES)


def _work(batch: list[Image], batches: int) -> Work:
    """Return the work of several batches; the peer is handed what ours draws, and need not draw."""
    chain, images = RealESRGAN(), batch * batches
    height, width = batch[0].shape[:2]
    keys = [(1, "degrade", number) for number in range(len(images))]
    targets = [(height // SCALE, width // SCALE)] * len(images)
    made = degrade(chain, images, keys, targets)
    given = [[*steps(chain, drawn)] for _, drawn in made]

    def agree(ours: list[Image], theirs: list[Image]) -> None:
        assert np.mean(_apart(ours, theirs)) < WHOLE
        plain = [[step for step in each if step[0] not in CHANCE] for each in given]
        still = [_still(chain, drawn, image) for (_, drawn), image in zip(made, images, strict=True)]
        _hold(still, _theirs(images, plain), plain)

    return Work(
        f"degrade real_esrgan, {len(batch)} x {width}x{height}",
        "images/s",
        len(images),
        lambda: [image for image, _ in degrade(chain, images, keys, targets)],
        [Way("fp32, eager, image by image, JPEG of tensors", lambda: _theirs(images, given))],
        agree,
    )


def steps(link: Link, drawn: Drawn) -> Iterator[Step]:
    """Yield what ``link`` does as drawn, in the words of the peer."""
    for each, own in leaves(link, drawn):
        if isinstance(each, Blur):
            kernel = each.kernel(own)
            yield "blur", {"kernel": np.outer(kernel, kernel) if kernel.ndim == 1 else kernel}
        elif isinstance(each, Sinc):
            yield "blur", {"kernel": sinc(own["size"], own["cutoff"])}
        elif isinstance(each, Resize):
            yield "resize", {"size": own["size"], "mode": each.kernel}
        elif isinstance(each, JPEG):
            yield "jpeg", {"quality": own["quality"]}
        else:
            key, name = ("sigma", "gaussian") if isinstance(each, Noise) else ("scale", "poisson")
            yield name, {key: own[key], "grey": own["grey"]}


def leaves(link: Link, drawn: Drawn) -> Iterator[tuple[Link, Drawn]]:
    """Yield the links that act on an image, each with its own draw."""
    if isinstance(link, OneOf):
        yield from leaves(link.links[drawn["chosen"]], drawn["drawn"])
    elif isinstance(link, Maybe):
        yield from leaves(link.chain, drawn) if drawn["links"] is not None else ()
    elif isinstance(link, Chain):
        for each, own in zip(link.links, drawn["links"], strict=True):
            yield from leaves(each, own)
    else:
        yield link, drawn


def _still(chain: Link, drawn: Drawn, image: Image) -> Image:
    """Return what ours makes of ``image`` without noise and JPEG."""
    for link, own in leaves(chain, drawn):
        if not isinstance(link, Noise | Poisson | JPEG):
            image = link.apply(image, own)
    return np.clip(image, 0, 1)


def _theirs(images: list[Image], given: list[list[Step]]) -> list[Image]:
    tensors = [torch.from_numpy(image).permute(2, 0, 1)[None].contiguous() for image in images]
    made = [degraded(image, each) for image, each in zip(tensors, given, strict=True)]
    return [image[0].permute(1, 2, 0).numpy() for image in made]


def _hold(ours: list[Image], theirs: list[Image], given: list[list[Step]]) -> None:
    """Hold what was blurred and resized alone against the peer's."""
    apart = _apart(ours, theirs)
    exact = [all(options.get("mode") != "area" for _, options in each) for each in given]
    farthest = apart[exact].max(initial=0)
    assert farthest < SAME, f"an image differs by {255 * farthest:.2f} grey levels"
    assert apart.mean() < PLAIN, f"blur and resizing differ by {255 * apart.mean():.1f} grey levels"


def _apart(ours: list[Image], theirs: list[Image]) -> NDArray[Any]:
    return np.array([np.abs(a - b).mean() for a, b in zip(ours, theirs, strict=True)])
