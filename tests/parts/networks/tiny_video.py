"""A tiny network for clips: every frame is enlarged with the help of its neighbours."""

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

__all__ = ["TinyVideo"]


class TinyVideo(nn.Module):
    """Maps a clip to a larger one by a convolution over time and space.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.enlarge = nn.Conv3d(3, 3 * scale**2, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map ``lr`` (B, T, 3, h, w) to (B, T, 3, h * scale, w * scale), both in [0, 1]."""
        features = self.enlarge(lr.transpose(1, 2)).transpose(1, 2)
        return pixel_shuffle(features, self.scale)
