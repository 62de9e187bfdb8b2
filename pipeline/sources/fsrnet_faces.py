"""The faces on which FSRNet is judged, 128x128: of CelebA and of Helen, cropped and scaled by its authors.

Chen, Tai, Liu, Shen, Yang, "FSRNet: End-to-End Learning Face Super-Resolution with Facial Priors", CVPR 2018,
arXiv:1711.10703 (tyshiwo/FSRNet, folder data). No terms are stated; CelebA is for research that is not commercial.
"""

from __future__ import annotations

from typing import Literal

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["FSRNetFaces"]

DATA = ("fsrnet_faces.json",)
FACES = {
    "celeba": r"(.*/)?celeba_val_1000_HR/(?P<key>\d{6})\.jpg",
    "helen": r"(.*/)?helen_val_50_HR/(?P<key>\d{5})\.jpg",
}
"""Where the faces of a split lie; their names are numbers of so many digits."""
COUNTS = {"celeba": 100, "helen": 50}


class FSRNetFaces(ArchiveSource):
    """Faces, RGB, 128x128 pixels: HR alone; the authors' LR is enlarged already, so that pairs make their own.

    Args:
        split: ``celeba``, the first 100 of the 1000 that are judged on; ``helen``, all 50.
    """

    def __init__(self, split: Literal["celeba", "helen"]) -> None:
        self.split = split

    @property
    def count(self) -> int:
        """As many as the sample has."""
        return COUNTS[self.split]

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The sample of the authors' folder ``data`` as a zip."""
        archive = Archive("faces-sample.zip", origin="the folder data of tyshiwo/FSRNet, of CelebA the first 100 files")
        return (Packing((archive,), {"hr": FACES[self.split]}),)

    def includes(self, key: str) -> bool:
        """Tell whether face ``key`` belongs to the split: the names of CelebA have a digit more."""
        return len(key) == (6 if self.split == "celeba" else 5)
