"""A tiny critic: batch normalisation, and one judgement of the whole image."""

from torch import Tensor, nn
from torch.nn.functional import leaky_relu

__all__ = ["TinyJudge"]


class TinyJudge(nn.Module):
    """A convolution with batch normalisation, and a linear layer over the means of its maps.

    Args:
        features: feature maps.
    """

    def __init__(self, features: int = 4) -> None:
        super().__init__()
        self.see = nn.Sequential(nn.Conv2d(3, features, 3, padding=1, bias=False), nn.BatchNorm2d(features))
        self.judge = nn.Linear(features, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return what is said of each ``image`` (B, 3, H, W) in [0, 1] as (B, 1)."""
        said: Tensor = self.judge(leaky_relu(self.see(image), 0.2).mean((2, 3)))
        return said
