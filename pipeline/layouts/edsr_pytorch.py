"""EDSR's authors' second code, in PyTorch: github.com/sanghyun-son/EDSR-PyTorch."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["EDSRPyTorch"]

SHIFT = (255 * 0.4488, 255 * 0.4371, 255 * 0.4040)
"""The mean of DIV2K that is subtracted and added, by layers that do not learn."""
SAME = [[[[float(row == column)]] for column in range(3)] for row in range(3)]
"""The weights of those layers: each colour as it is."""


class EDSRPyTorch(Layout):
    """The file is the tensors itself."""

    tables: ClassVar[Mapping[str, Table]] = {
        "edsr": Table(
            {
                r"head\.0\.(weight|bias)": r"head.\1",
                r"body\.(\d+)\.body\.0\.(weight|bias)": r"body.\1.first.\2",
                r"body\.(\d+)\.body\.2\.(weight|bias)": r"body.\1.second.\2",
                r"body\.(\d+)\.(weight|bias)": r"body.\1.\2",
                r"tail\.0\.(\d+)\.(weight|bias)": r"upsample.\1.\2",
                r"tail\.1\.(weight|bias)": r"tail.\1",
            },
            data={
                "sub_mean.weight": SAME,
                "sub_mean.bias": [-shift for shift in SHIFT],
                "add_mean.weight": SAME,
                "add_mean.bias": SHIFT,
            },
        )
    }
