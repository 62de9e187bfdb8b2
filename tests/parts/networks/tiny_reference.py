"""A tiny network for images with a reference: the reference's mean colour modulates the features."""

from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle

__all__ = ["TinyReference"]


class TinyReference(nn.Module):
    """Maps an image and a reference to a larger image.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.enlarge = nn.Conv2d(3, 3 * scale**2, 3, padding=1)
        self.modulate = nn.Linear(3, 3 * scale**2)

    def forward(self, lr: Tensor, ref: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) and ``ref`` (B, 3, H, W) to (B, 3, h * scale, w * scale), all in [0, 1]."""
        factor = 1 + self.modulate(ref.mean(dim=(-2, -1)))
        return pixel_shuffle(self.enlarge(lr) * factor[..., None, None], self.scale)
