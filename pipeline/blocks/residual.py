"""Residual blocks."""

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with a ReLU between them, scaled and added to the input (EDSR, section 3.1).

    Args:
        features: feature maps.
        scaling: factor of the residual; 0.1 keeps very wide networks stable.
    """

    def __init__(self, features: int, scaling: float) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        self.scaling = scaling

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.second(self.first(features).relu())
        return features + self.scaling * residual
