"""A port of VDSR without biases: github.com/twtygqyy/pytorch-vdsr."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["PyTorchVDSR"]

BETWEEN = 18
"""Convolutions between the first and the last."""


class PyTorchVDSR(Layout):
    """The file holds a whole network under `model`; save its `state_dict()` first, as docs/networks.md shows."""

    tables: ClassVar[Mapping[str, Table]] = {
        "vdsr": Table(
            {
                r"input\.weight": "layers.0.weight",
                **{rf"residual_layer\.{place}\.conv\.weight": f"layers.{place + 1}.weight" for place in range(BETWEEN)},
                r"output\.weight": f"layers.{BETWEEN + 1}.weight",
            },
            zeros=r"layers\.\d+\.bias",
        )
    }
