"""VDSR's authors' ``VDSR_Official.mat``, which github.com/huangzehao/caffe-vdsr keeps beside its own."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["VDSRMatConvNet"]


class VDSRMatConvNet(Layout):
    """A struct ``model`` of two cell arrays, filters and biases from the first layer to the last."""

    inside: ClassVar[tuple[str, ...]] = ("model",)
    tables: ClassVar[Mapping[str, Table]] = {"vdsr": Table({r"(weight|bias)\.(\d+)": r"layers.\2.\1"})}
