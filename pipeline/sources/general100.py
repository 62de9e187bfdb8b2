"""General100: 100 images without compression, with sharp edges and few smooth regions, to learn from.

Dong, Loy, Tang, "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016. No terms are stated.
"""

from __future__ import annotations

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource
from pipeline.archives.vllab import TRAINING

__all__ = ["General100"]


class General100(ArchiveSource):
    """The 100 images, RGB, 131x112 to 710x704 pixels; their pixels are not recorded yet."""

    count = 100

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The archive of FSRCNN's authors, or the one of LapSRN's."""
        own = Archive("General-100.zip", origin="http://mmlab.ie.cuhk.edu.hk/projects/FSRCNN.html")
        images = r"(?P<key>im_\d+)\.(bmp|png)"
        return (
            Packing((own,), {"hr": rf"(.*/)?{images}"}),
            Packing((TRAINING,), {"hr": rf"(.*/)?General100/{images}"}),
        )
