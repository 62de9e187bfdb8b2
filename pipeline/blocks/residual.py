"""Residual blocks, and the bodies that EDSR and its kin make of them."""

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two convolutions with a ReLU between them, scaled and added to the input (EDSR, section 3.1).

    Args:
        features: feature maps.
        scaling: factor of the residual; 0.1 keeps very wide networks stable.
        kernel: side of the kernels in pixels, odd.
    """

    def __init__(self, features: int, scaling: float, kernel: int = 3) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, kernel, padding=kernel // 2)
        self.second = nn.Conv2d(features, features, kernel, padding=kernel // 2)
        self.scaling = scaling

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.second(self.first(features).relu())
        return features + self.scaling * residual


class NormalisedBlock(nn.Module):
    """Two 3x3 convolutions, each normalised, added to the input (Ledig et al., CVPR 2017, arXiv:1609.04802, figure 4).

    Args:
        features: feature maps.
        activation: what stands between them; nothing stands behind the sum.
    """

    def __init__(self, features: int, activation: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.BatchNorm2d(features),
            activation,
            nn.Conv2d(features, features, 3, padding=1),
            nn.BatchNorm2d(features),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, h, w) to the same shape."""
        residual: Tensor = self.layers(features)
        return features + residual


class ResidualBody(nn.Sequential):
    """Residual blocks and a 3x3 convolution, which EDSR and its kin add to what entered. Maps (B, C, h, w) to the same.

    Args:
        blocks: residual blocks.
        features: feature maps.
        scaling: factor of every residual.
    """

    def __init__(self, blocks: int, features: int, scaling: float) -> None:
        super().__init__(
            *[ResidualBlock(features, scaling) for _ in range(blocks)],
            nn.Conv2d(features, features, 3, padding=1),
        )


class ResidualEncoder(nn.Module):
    """EDSR without its upsampler: feature maps of an image.

    Args:
        blocks: residual blocks.
        features: feature maps.
    """

    def __init__(self, blocks: int, features: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, features, 3, padding=1)
        self.body = ResidualBody(blocks, features, 1.0)

    def forward(self, image: Tensor) -> Tensor:
        """Map an image (B, 3, h, w) to (B, C, h, w)."""
        head = self.head(image)
        features: Tensor = head + self.body(head)
        return features
