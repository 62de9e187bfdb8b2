"""IDN's authors' code: github.com/Zheng222/IDN-Caffe, files ``IDN_x2.caffemodel`` ..."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["IDNCaffe"]

BLOCKS = 4
"""Distillation blocks; their layers count from 3."""
LAYERS = (("first", 0), ("first", 1), ("first", 2), ("second", 0), ("second", 1), ("second", 2))
"""The convolutions of a block, in their order: the step of a block and the place in it."""


def leaves(theirs: str, ours: str) -> dict[str, str]:
    """Return the renames of one layer, whose filters are blob 0 and biases blob 1."""
    return {rf"{theirs}\.0": f"{ours}.weight", rf"{theirs}\.1": f"{ours}.bias"}


def block(place: int) -> dict[str, str]:
    """Return the renames of the distillation block at ``place``, counted from 0."""
    ours, found = f"blocks.{place}", leaves(f"down{place + 1}", f"blocks.{place}.compress.0")
    for turn, (step, layer) in enumerate(LAYERS):
        found |= leaves(f"conv{place + 3}_{turn + 1}", f"{ours}.{step}.{layer}.0")
    return found


class IDNCaffe(Layout):
    """Blobs by the names of Caffe's layers."""

    tables: ClassVar[Mapping[str, Table]] = {
        "idn": Table(
            {
                **leaves("conv1", "extract.0.0"),
                **leaves("conv2", "extract.1.0"),
                **{theirs: ours for place in range(BLOCKS) for theirs, ours in block(place).items()},
                **leaves("upsample", "enlarge"),
            }
        )
    }
