"""WebP: encoded with loss and decoded again."""

from __future__ import annotations

from pipeline.bounds import Quality, Rising
from pipeline.images.lossy import Compression
from pipeline.kinds import Drawn

__all__ = ["WebP"]


class WebP(Compression):
    """Rounds to 8 bits and compresses as libwebp does by default: colour at half the resolution (4:2:0).

    Args:
        quality: the range of whole qualities, each as likely; 100 loses least.
    """

    def __init__(self, quality: Rising[tuple[Quality, Quality]]) -> None:
        super().__init__(".webp", quality)

    def told(self, drawn: Drawn) -> list[str]:
        """Tell the quality."""
        return [f"webp {drawn['quality']}"]
