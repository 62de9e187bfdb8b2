"""The real pairs of the NTIRE 2019 challenge on real image super-resolution, a part of RealSR.

Cai, Gu, Timofte, Zhang et al., "NTIRE 2019 Challenge on Real Image Super-Resolution", CVPRW 2019. No terms are stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

__all__ = ["RealSRNTIRE2019"]

DATA = ("realsr_ntire2019.json",)
SAMPLE = ("cam1_02", "cam2_09")


class RealSRNTIRE2019(ArchiveSource):
    """Pairs at one size, registered and resampled to the HR grid: their scale is 1.

    Args:
        split: ``valid`` (20 pairs) or ``sample`` (two of them).
    """

    def __init__(self, split: Literal["valid", "sample"] = "valid") -> None:
        self.split = split

    @property
    def count(self) -> int:
        """All twenty pairs, or the sample's."""
        return len(SAMPLE) if self.split == "sample" else 20

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The folders ``ValidationGT`` and ``ValidationLR`` as a zip; the sample also alone."""
        number = rf"(?P<key>{'|'.join(SAMPLE)})" if self.split == "sample" else r"(?P<key>cam\d_\d+)"
        planes = {"hr": rf"(.*/)?ValidationGT/{number}\.png", "lr": rf"(.*/)?ValidationLR/{number}\.png"}
        whole = Archive("RealSR-NTIRE2019.zip", origin="the competition's page, after registration")
        sample = Archive("RealSR-NTIRE2019-sample.zip", origin="two pairs of the folder Test_Datasets of Zheng222/IMDN")
        archives = [sample, whole] if self.split == "sample" else [whole]
        return tuple(Packing((archive,), planes) for archive in archives)

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """HR and LR."""
        return {"hr": "hr", "lr": "lr"}

    def includes(self, key: str) -> bool:
        """Tell whether pair ``key`` belongs to the split."""
        return self.split == "valid" or key in SAMPLE
