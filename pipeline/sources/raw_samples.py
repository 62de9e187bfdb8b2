"""Two RAW files of cameras, developed.

A colour chart by a Canon EOS 550D (DNG, from syoyo/tinydng, MIT) and a picture of a Kodak DC50 (KDC, from rawsamples.ch
by way of letmaik/rawpy, CC BY-NC-SA 4.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from pipeline.archives.packing import Archive, Packing
from pipeline.archives.source import ArchiveSource
from pipeline.images.files import eight_bits
from pipeline.images.raw import Development, develop, libraw

__all__ = ["RawSamples"]

DATA = ("raw_samples.json",)


class RawSamples(ArchiveSource):
    """``colorchart`` (1734x1156 pixels) and ``RAW_KODAK_DC50`` (768x512), RGB.

    Pixels are recorded for each version of LibRaw and each development by itself, since another one makes others: with
    one that nobody has recorded, they are taken as they come.

    Args:
        development: how they are developed, the settings of ``upscale`` for RAW files. 16 bits become 8 by rounding;
            with ``bits: 8`` LibRaw cuts them off.
    """

    count = 2

    def __init__(self, development: Development | None = None) -> None:
        self.development = development or Development()

    @property
    def packings(self) -> tuple[Packing, ...]:
        """The mirror's zip."""
        origin = "colorchart.dng of syoyo/tinydng and test/RAW_KODAK_DC50.KDC of letmaik/rawpy, in a folder raw"
        return (Packing((Archive("raw-samples.zip", origin=origin),), {"hr": r"(.*/)?raw/(?P<key>[^/]+)\.(dng|KDC)"}),)

    @property
    def recorded_as(self) -> Mapping[str, str]:
        """Tell by which LibRaw, and with which settings other than the usual."""
        usual = Development()
        changed = [
            f"{each.name}={getattr(self.development, each.name)}"
            for each in fields(Development)
            if getattr(self.development, each.name) != getattr(usual, each.name)
        ]
        return {"hr": " ".join(["hr", f"libraw={libraw()}", *changed])}

    def decode(self, data: bytes, name: str) -> NDArray[np.uint8]:
        """Develop the file."""
        return eight_bits(develop(data, name, self.development))
