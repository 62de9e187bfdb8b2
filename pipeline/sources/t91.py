"""T91: 91 small natural images, the first training set of the field.

Yang, Wright, Huang, Ma, "Image Super-Resolution via Sparse Representation", IEEE TIP 2010. No terms are stated.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource
from pipeline.archives.vllab import TRAINING

__all__ = ["T91"]

DATA = ("t91.json",)


class T91(ArchiveSource):
    """The 91 images, RGB, 78 to 508 pixels wide and high."""

    count = 91

    @property
    def packings(self) -> tuple[Packing, ...]:
        """As PNG, as the folder of BMP files that SRCNN's authors ship, or inside the archive of LapSRN's authors."""
        images = {"hr": r"(.*/)?(?P<key>tt?\d+)\.(png|bmp)"}
        return (
            Packing((Archive("T91.zip"),), images),
            Packing((Archive("T91"),), images),
            Packing((TRAINING,), {"hr": r"(.*/)?T91/(?P<key>tt?\d+)\.png"}),
        )
