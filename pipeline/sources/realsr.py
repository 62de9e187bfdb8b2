"""RealSR: the same scenes at several focal lengths of a Canon 5D3 and a Nikon D810, registered.

Cai, Zeng, Yong, Cao, Zhang, "Toward Real-World Single Image Super-Resolution: A New Benchmark and a New Model", ICCV
2019, arXiv:1904.00523. No terms are stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["RealSR"]

ORIGIN = "the links of csjcai/RealSR, which need a browser; name the file so, whatever it was called"
MD5 = {"v3": "md5:83e946bf4b5c22b30d1663231bb2e53e"}
"""As torchSR checks it; none is published of the others."""


class RealSR(ArchiveSource):
    """Pairs of both cameras; their pixels are not recorded yet, and the sets do not say how many a scale has.

    Args:
        version: ``v1`` (234 scenes, the paper's) and ``v2`` (559 scenes) hold LR enlarged to the HR grid: their scale
            in pairs is 1. ``v3`` (the same 559) holds LR of its true size.
        split: ``train`` or ``test``.
        scale: the ratio of focal lengths.
    """

    count = None

    def __init__(
        self, version: Literal["v1", "v2", "v3"], split: Literal["train", "test"], scale: Literal[2, 3, 4]
    ) -> None:
        self.version = version
        self.split = split
        self.scale = scale

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The authors' archive: ``Canon/Train/4/Canon_001_HR.png`` with ``Canon_001_LR4.png``."""
        archive = Archive(f"RealSR-{self.version.upper()}.zip", (), MD5.get(self.version, ""), ORIGIN)
        folder = rf"(.*/)?(Canon|Nikon)/{self.split.capitalize()}/{self.scale}"
        return (
            Packing(
                (archive,),
                {
                    "hr": rf"{folder}/(?P<key>(Canon|Nikon)_\d+)_HR\.png",
                    "lr": rf"{folder}/(?P<key>(Canon|Nikon)_\d+)_LR{self.scale}\.png",
                },
            ),
        )

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """Record versions, splits and scales apart."""
        return {plane: f"{plane}_{self.version}_{self.split}_x{self.scale}" for plane in ("hr", "lr")}
