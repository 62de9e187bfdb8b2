"""A tiny degrading network: one convolution with a stride."""

from torch import Tensor, nn

__all__ = ["TinyDegrader"]


class TinyDegrader(nn.Module):
    """Maps an image to a smaller one.

    Args:
        scale: HR pixels per LR pixel.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.reduce = nn.Conv2d(3, 3, scale, stride=scale)

    def forward(self, hr: Tensor) -> dict[str, Tensor]:
        """Map ``hr`` (B, 3, H, W) to ``lr`` (B, 3, H / scale, W / scale), both in [0, 1]."""
        return {"lr": self.reduce(hr)}
