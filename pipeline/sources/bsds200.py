"""BSDS200: the training images of the Berkeley segmentation data set; with T91 the "291 images" of VDSR and others.

Martin, Fowlkes, Tal, Malik, "A Database of Human Segmented Natural Images", ICCV 2001. Non-commercial research and
education only.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource
from pipeline.archives.vllab import TRAINING

__all__ = ["BSDS200"]

DATA = ("bsds200.json",)


class BSDS200(ArchiveSource):
    """The 200 images, RGB, 481x321 or 321x481 pixels, JPEG in the original."""

    count = 200

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The Berkeley JPEG files, or the PNG files inside the archive of LapSRN's authors."""
        return (
            Packing((Archive("BSDS200.zip"),), {"hr": r"(.*/)?images/train/(?P<key>\d+)\.jpg"}),
            Packing((TRAINING,), {"hr": r"(.*/)?BSDS200/(?P<key>\d+)\.png"}),
        )
