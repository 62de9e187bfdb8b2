"""BSDS100, also B100 or BSD100: the test images of the Berkeley segmentation data set.

Martin, Fowlkes, Tal, Malik, "A Database of Human Segmented Natural Images", ICCV 2001. Non-commercial research and
education only.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource
from pipeline.archives.vllab import TESTING

__all__ = ["BSDS100"]

DATA = ("bsds100.json",)


class BSDS100(ArchiveSource):
    """The 100 images, RGB, 481x321 or 321x481 pixels, JPEG in the original."""

    count = 100

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The Berkeley JPEG files, or the PNG files inside the archive of LapSRN's authors."""
        return (
            Packing((Archive("BSDS100.zip"),), {"hr": r"(.*/)?images/val/(?P<key>\d+)\.jpg"}),
            Packing((TESTING,), {"hr": r"(.*/)?BSDS100/(?P<key>\d+)\.png"}),
        )
