"""A tiny network for images: one convolution and a pixel shuffle."""

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

__all__ = ["TinyImage"]


class TinyImage(nn.Module):
    """Maps an image to a larger one.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.enlarge = nn.Conv2d(3, 3 * scale**2, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to (B, 3, h * scale, w * scale), both in [0, 1]."""
        return pixel_shuffle(self.enlarge(lr), self.scale)
