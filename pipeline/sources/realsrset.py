"""RealSRSet: real low-resolution images without a truth, to look at.

Zhang, Liang, Van Gool, Timofte, "Designing a Practical Degradation Model for Deep Blind Image Super-Resolution", ICCV
2021, arXiv:2103.14006. The images come from other sets; the repository is Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["RealSRSet"]

DATA = ("realsrset.json",)


class RealSRSet(ArchiveSource):
    """The 20 images, RGB, 120 to 360 pixels wide and high: LR alone."""

    count = 20

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The authors' folder ``testsets/RealSRSet`` as a zip."""
        archive = Archive("RealSRSet.zip", origin="the folder testsets/RealSRSet of cszn/BSRGAN")
        return (Packing((archive,), {"lr": r"(.*/)?RealSRSet/(?P<key>[^/]+)\.png"}),)

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """LR is all there is."""
        return {"lr": "lr"}
