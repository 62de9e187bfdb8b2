"""CARN's authors' code: github.com/nmhkahn/CARN-pytorch, whose files `carn.pth` and `carn_m.pth` know x2, x3 and x4."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["CARNPyTorch"]

MEAN = (0.4488, 0.4371, 0.4040)
"""The mean of DIV2K that is subtracted and added, by layers that do not learn."""
SAME = [[[[float(row == column)]] for column in range(3)] for row in range(3)]
"""The weights of those layers: each colour as it is."""
THREE = (1, 2, 3)
"""Cascades, what each of them fuses, and the blocks of CARN in each: they count from 1."""


def around(block: Mapping[str, str]) -> Table:
    """Return the table of a network whose residual blocks are named as ``block`` says."""
    cascades = {
        rf"b{n}\.c{turn}\.body\.0\.": rf"body.blocks.{n - 1}.fusions.{turn - 1}." for n in THREE for turn in THREE
    }
    outer = {rf"c{turn}\.body\.0\.": rf"body.fusions.{turn - 1}." for turn in THREE}
    ends = {r"entry\.": "head.", r"exit\.": "tail.", r"upsample\.up(\d)\.body\.(\d)\.": r"upsample.\1.\2."}
    parts = {**block, **cascades, **outer, **ends}
    return Table(
        {rf"{theirs}(?P<leaf>weight|bias)": rf"{ours}\g<leaf>" for theirs, ours in parts.items()},
        data={
            "sub_mean.shifter.weight": SAME,
            "sub_mean.shifter.bias": [-value for value in MEAN],
            "add_mean.shifter.weight": SAME,
            "add_mean.shifter.bias": MEAN,
        },
    )


class CARNPyTorch(Layout):
    """The file is the tensors itself."""

    tables: ClassVar[Mapping[str, Table]] = {
        "carn": around(
            {
                rf"b{n}\.b{m}\.body\.{theirs}\.": f"body.blocks.{n - 1}.blocks.{m - 1}.{ours}."
                for n in THREE
                for m in THREE
                for theirs, ours in ((0, "first"), (2, "second"))
            }
        ),
        "carn_m": around({rf"b{n}\.b1\.body\.(\d)\.": rf"body.blocks.{n - 1}.blocks.0.layers.\1." for n in THREE}),
    }
