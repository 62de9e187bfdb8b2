"""Urban100: buildings, full of lines and repeated structure.

Huang, Singh, Ahuja, "Single Image Super-Resolution from Transformed Self-Exemplars", CVPR 2015. No terms are stated.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["Urban100"]

DATA = ("urban100.json",)


class Urban100(ArchiveSource):
    """The 100 images, RGB, cropped by the authors to multiples of four: 564 to 1280 pixels wide, 572 to 1200 high.

    The authors' folder for x2 holds other, half-sized images; published figures are over these.
    """

    count = 100

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The HR files of the authors' folder for x4, alone or with all their results (1.1 GB)."""
        images = {"hr": r"(.*/)?image_SRF_4/(?P<key>img_\d+)_SRF_4_HR\.png"}
        results = Archive(
            "65upg43jjd0a4cwsiqgl6o6ixube6klm.zip",
            ("https://uofi.box.com/shared/static/65upg43jjd0a4cwsiqgl6o6ixube6klm.zip",),
            origin="the README of jbhuang0604/SelfExSR",
        )
        return (Packing((Archive("Urban100.zip"),), images), Packing((results,), images))
