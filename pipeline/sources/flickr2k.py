"""Flickr2K: 2650 images of two megapixels, collected by the winners of NTIRE 2017; with DIV2K it is called DF2K.

Lim, Son, Kim, Nah, Lee, "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPRW 2017.
Flickr's terms.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["Flickr2K"]


class Flickr2K(ArchiveSource):
    """The 2650 HR images, RGB; their pixels are not recorded yet."""

    count = 2650

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The collectors' archive, HR and bicubic LR."""
        archive = Archive(
            "Flickr2K.tar",
            ("https://cv.snu.ac.kr/research/EDSR/Flickr2K.tar",),
            "md5:5d3f39443d5e9489bff8963f8f26cb03",
            "address and sum as torchSR has them",
        )
        return (Packing((archive,), {"hr": r"(.*/)?Flickr2K_HR/(?P<key>\d{6})\.png"}),)
