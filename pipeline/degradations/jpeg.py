"""JPEG: encoded and decoded again."""

from __future__ import annotations

from pipeline.bounds import Quality, Rising
from pipeline.images.lossy import Compression
from pipeline.kinds import Drawn

__all__ = ["JPEG"]


class JPEG(Compression):
    """Rounds to 8 bits and compresses as libjpeg does by default: colour at half the resolution (4:2:0).

    Args:
        quality: the range of whole qualities, each as likely; 100 loses least.
    """

    def __init__(self, quality: Rising[tuple[Quality, Quality]]) -> None:
        super().__init__(".jpg", quality)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the quality."""
        return [f"jpeg {drawn['quality']}"]
