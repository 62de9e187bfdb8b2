"""A tiny critic: spectral normalisation, and one judgement of each place."""

from torch import Tensor, nn
from torch.nn.functional import leaky_relu
from torch.nn.utils.parametrizations import spectral_norm

__all__ = ["TinyCritic"]


class TinyCritic(nn.Module):
    """Two convolutions, whatever the size of the image.

    Args:
        features: feature maps.
    """

    def __init__(self, features: int = 4) -> None:
        super().__init__()
        self.see = spectral_norm(nn.Conv2d(3, features, 3, padding=1))
        self.judge = spectral_norm(nn.Conv2d(features, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """Return what is said of each place of ``image`` (B, 3, H, W) in [0, 1] as (B, 1, H, W)."""
        said: Tensor = self.judge(leaky_relu(self.see(image), 0.2))
        return said
