"""City100: city scenes on postcards, each taken at two focal lengths or distances and registered.

Chen, Xiong, Tian, Zha, Wu, "Camera Lens Super-Resolution", CVPR 2019, arXiv:1904.03378. The repository is MIT.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["City100"]

DATA = ("city100.json",)
SAMPLE = ("018", "020", "088")
ORIGIN = "the folder City100 of ngchc/CameraSR, as a zip"


class City100(ArchiveSource):
    """Pairs at one size: LR is enlarged to the HR grid and aligned, so that their scale is 1.

    Args:
        camera: ``iphonex`` (840x600 pixels) or ``nikon``.
        split: ``all`` (100 pairs) or ``sample`` (three pairs of the iPhone X).
    """

    def __init__(
        self, camera: Literal["iphonex", "nikon"] = "iphonex", split: Literal["all", "sample"] = "all"
    ) -> None:
        self.camera = camera
        self.folder = {"iphonex": "City100_iPhoneX", "nikon": "City100_NikonD5500"}[camera]
        self.split = split

    @property
    def count(self) -> int:
        """All hundred pairs, or the sample's."""
        return len(SAMPLE) if self.split == "sample" else 100

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The authors' folder as a zip; the sample also alone."""
        number = rf"(?P<key>{'|'.join(SAMPLE)})" if self.split == "sample" else r"(?P<key>\d+)"
        planes = {plane: rf"(.*/)?{self.folder}/{number}{side}\.PNG" for plane, side in (("hr", "H"), ("lr", "L"))}
        names = ["City100-sample.zip", "City100.zip"] if self.split == "sample" else ["City100.zip"]
        return tuple(Packing((Archive(name, origin=ORIGIN),), planes) for name in names)

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """Record the cameras apart."""
        return {plane: f"{plane}_{self.camera}" for plane in ("hr", "lr")}

    def includes(self, key: str) -> bool:
        """Tell whether pair ``key`` belongs to the split."""
        return self.split == "all" or key in SAMPLE
