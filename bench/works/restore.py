"""Enlarging a picture with a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.peers.restoring import Restoring
from bench.pictures import pictures
from bench.work import Way, Work, operations_of
from pipeline.learning.settings import Engine
from pipeline.lookup import build
from pipeline.restoring.enlarging import enlarger
from pipeline.saved import save, weights_of

SCALE, SIDE = 4, 256
FAR = 2
"""Grey levels by which a pixel of bf16 may differ from one of fp32."""


def works(folder: Path) -> Iterator[Work]:
    """Yield EDSR-baseline on one picture."""
    torch.manual_seed(0)
    spec = {"name": "edsr", "scale": SCALE}
    network = build("networks", spec).eval()
    save(
        folder / "edsr",
        {"network": spec, "recipe": {"name": "fixed"}, "data": ""},
        weights_of({"network": network}),
        {},
    )
    ours = enlarger(folder / "edsr", torch.device("cpu"), engine=Engine("auto", "on"))
    theirs = Restoring(network)
    (picture,) = pictures(1, SIDE, SIDE)
    yield Work(
        f"restore {SIDE}x{SIDE} by EDSR-baseline x{SCALE}",
        "images/s",
        1,
        lambda: ours(picture),
        [Way("fp32, eager, NCHW, in one piece", lambda: theirs(picture))],
        _near,
        operations=operations_of(lambda: theirs(picture)),
    )


def _near(ours: NDArray[Any], theirs: NDArray[Any]) -> None:
    far = int(np.abs(ours.astype(int) - theirs).max())
    assert far <= FAR, f"pixels differ by {far} levels"
