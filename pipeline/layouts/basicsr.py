"""BasicSR: github.com/XPixelGroup/BasicSR, whose files `EDSR_Mx2_....pth` hold tensors under `params`."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["BasicSR"]


class BasicSR(Layout):
    """The average of weights, where the file has one, else the last weights. Its mean is an option, not in the file."""

    inside: ClassVar[tuple[str, ...]] = ("params_ema", "params")
    tables: ClassVar[Mapping[str, Table]] = {
        "edsr": Table(
            {
                r"conv_first\.(weight|bias)": r"head.\1",
                r"body\.(\d+)\.conv1\.(weight|bias)": r"body.\1.first.\2",
                r"body\.(\d+)\.conv2\.(weight|bias)": r"body.\1.second.\2",
                r"conv_after_body\.(weight|bias)": r"body.-1.\1",
                r"upsample\.(\d+)\.(weight|bias)": r"upsample.\1.\2",
                r"conv_last\.(weight|bias)": r"tail.\1",
            }
        )
    }
