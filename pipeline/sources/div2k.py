"""DIV2K: a thousand images of two megapixels, the training and validation set of the NTIRE challenges since 2017.

Agustsson, Timofte, "NTIRE 2017 Challenge on Single Image Super-Resolution: Dataset and Study", CVPRW 2017. Academic
research only.
"""

from __future__ import annotations

from typing import Literal

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["DIV2K"]

FOLDER = "https://data.vision.ee.ethz.ch/cvl/DIV2K"
MD5 = {
    "train_HR": "bdc2d9338d4e574fe81bf7d158758658",
    "train_LR_bicubic_X2": "9a637d2ef4db0d0a81182be37fb00692",
    "train_LR_bicubic_X3": "ad80b9fe40c049a07a8a6c51bfab3b6d",
    "train_LR_bicubic_X4": "76c43ec4155851901ebbe8339846d93d",
    "train_LR_x8": "613db1b855721b3d2b26f4194a1d22a6",
    "train_LR_unknown_X2": "1396d023072c9aaeb999c28b81315233",
    "train_LR_unknown_X3": "4e651308aaa54d917fb1264395b7f6fa",
    "train_LR_unknown_X4": "e3c7febb1b3f78bd30f9ba15fe8e3956",
    "train_LR_mild": "807b3e3a5156f35bd3a86c5bbfb674bc",
    "train_LR_difficult": "5a8f2b9e0c5f5ed0dac271c1293662f4",
    "train_LR_wild": "d00982366bffee7c4739ba7ff1316b3b",
    "valid_HR": "9fcdda83005c5e5997799b69f955ff88",
    "valid_LR_bicubic_X2": "1512c9a3f7bde2a1a21a73044e46b9cb",
    "valid_LR_bicubic_X3": "18b1d310f9f88c13618c287927b29898",
    "valid_LR_bicubic_X4": "21962de700c8d368c6ff83314480eff0",
    "valid_LR_x8": "c5aeea2004e297e9ff3abfbe143576a5",
    "valid_LR_unknown_X2": "d319bd9033573d21de5395e6454f34f8",
    "valid_LR_unknown_X3": "05184168e3608b5c539fbfb46bcade4f",
    "valid_LR_unknown_X4": "8ac3413102bb3d0adc67012efb8a6c94",
    "valid_LR_mild": "8c433f812ca532eed62c11ec0de08370",
    "valid_LR_difficult": "1620af11bf82996bc94df655cb6490fe",
    "valid_LR_wild": "aacae8db6bec39151ca5bb9c80bf2f6c",
}
"""Sums of the archives, as the data sets of torchSR check them."""

ENDINGS = {"mild": "x4m", "difficult": "x4d", "wild": "x4w1?"}
"""How the file names of the realistic tracks end. Of the four wild versions of a training image, the first."""


class DIV2K(ArchiveSource):
    """The images 0001 to 0800 (train) or 0801 to 0900 (valid), RGB; their pixels are not recorded yet.

    Args:
        split: ``train`` or ``valid``.
        lr: the official LR to have beside HR, for pairs with ``degradation: given``; the realistic tracks mild,
            difficult and wild are at x4.
    """

    def __init__(
        self,
        split: Literal["train", "valid"],
        lr: Literal[
            "none",
            "bicubic_x2",
            "bicubic_x3",
            "bicubic_x4",
            "bicubic_x8",
            "unknown_x2",
            "unknown_x3",
            "unknown_x4",
            "mild",
            "difficult",
            "wild",
        ] = "none",
    ) -> None:
        self.split = split
        self.lr = lr

    @property
    def count(self) -> int:
        """800 or 100 images."""
        return {"train": 800, "valid": 100}[self.split]

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The official archives: one of HR, one of LR."""
        archives = [_archive(f"{self.split}_HR")]
        planes = {"hr": rf"(.*/)?DIV2K_{self.split}_HR/(?P<key>\d{{4}})\.png"}
        if self.lr != "none":
            track, _, scale = self.lr.partition("_x")
            name = {"bicubic_x8": "x8"}.get(self.lr, f"{track}_X{scale}" if scale else track)
            archives.append(_archive(f"{self.split}_LR_{name}"))
            ending = ENDINGS.get(track, f"x{scale}")
            planes["lr"] = rf"(.*/)?DIV2K_{self.split}_LR_{name.partition('_X')[0]}/(.*/)?(?P<key>\d{{4}}){ending}\.png"
        return (Packing(tuple(archives), planes),)

    def includes(self, key: str) -> bool:
        """Tell whether image ``key`` belongs to the split."""
        return (int(key) > 800) == (self.split == "valid")


def _archive(name: str) -> Archive:
    file = f"DIV2K_{name}.zip"
    return Archive(file, (f"{FOLDER}/{file}",), f"md5:{MD5[name]}", f"{FOLDER}; the sum as torchSR checks it")
