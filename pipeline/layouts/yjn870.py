"""Ports of the first networks on luma: github.com/yjn870/SRCNN-pytorch, FSRCNN-pytorch, ESPCN-pytorch."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.kinds import Layout, Table

__all__ = ["Yjn870"]

MAPPINGS = 4
"""The 3x3 layers between shrinking and expanding, each with its PReLU: FSRCNN (56, 12, 4)."""


class Yjn870(Layout):
    """The file is the tensors itself. Of FSRCNN it is the large one alone."""

    tables: ClassVar[Mapping[str, Table]] = {
        "srcnn": Table(
            {r"conv1\.(\w+)": r"extract.\1", r"conv2\.(\w+)": r"map.\1", r"conv3\.(\w+)": r"reconstruct.\1"}
        ),
        "espcn": Table(
            {
                r"first_part\.0\.(\w+)": r"extract.\1",
                r"first_part\.2\.(\w+)": r"map.\1",
                r"last_part\.0\.(\w+)": r"enlarge.\1",
            }
        ),
        "fsrcnn": Table(
            {
                r"first_part\.(\d)\.(\w+)": r"extract.\1.\2",
                r"mid_part\.([01])\.(\w+)": r"shrink.\1.\2",
                **{rf"mid_part\.{2 + place}\.(\w+)": rf"map.{place}.\1" for place in range(2 * MAPPINGS)},
                **{rf"mid_part\.{2 + 2 * MAPPINGS + place}\.(\w+)": rf"expand.{place}.\1" for place in (0, 1)},
                r"last_part\.(\w+)": r"enlarge.\1",
            }
        ),
    }
