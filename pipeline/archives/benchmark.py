"""Benchmarks in the layout of EDSR's authors: HR images, and their bicubic LR images beside them."""

from __future__ import annotations

from typing import ClassVar

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource

BENCHMARK = Archive(
    "benchmark.tar",
    ("https://cv.snu.ac.kr/research/EDSR/benchmark.tar",),
    "md5:4ace41d33c2384b97e6b320cd0afd6ba",
    "the README of sanghyun-son/EDSR-PyTorch; the sum as torchSR checks it",
)
"""Set5, Set14, B100 and Urban100; 250 MB."""


class BenchmarkSource(ArchiveSource):
    """``<set>/HR/baby.png`` with ``<set>/LR_bicubic/X2/babyx2.png`` and so on."""

    name: ClassVar[str]

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The set alone, or all of them in one archive."""
        planes = {"hr": rf"(.*/)?{self.name}/HR/(?P<key>[^/]+)\.png"}
        if self.lr != "none":
            scale = self.lr.removeprefix("bicubic_x")
            planes["lr"] = rf"(.*/)?{self.name}/LR_bicubic/X{scale}/(?P<key>[^/]+)x{scale}\.png"
        return tuple(Packing((archive,), planes) for archive in (Archive(f"{self.name}.zip"), BENCHMARK))
