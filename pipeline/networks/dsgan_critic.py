"""DSGAN's critic: judges texture, place by place, without ever making the image smaller.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019, arXiv:1911.07850;
the layers are those of the authors' code (manuelfritsche/real-world-sr). There it is shown the high
frequencies alone: that is for whoever shows it images to see to.
"""

from torch import Tensor, nn

from pipeline.bounds import OneOrMore

__all__ = ["DSGANCritic"]


class DSGANCritic(nn.Module):
    """Three convolutions of 5x5, of which two are normalised, and one of single pixels; sees 13x13 pixels.

    ``least`` is the side of the smallest image that it learns from: batch normalisation needs more than one place.

    Args:
        widths: feature maps of the three (paper: 64, 128, 256).
    """

    least = 2

    def __init__(self, widths: tuple[OneOrMore, OneOrMore, OneOrMore] = (64, 128, 256)) -> None:
        super().__init__()
        first, second, third = widths
        self.layers = nn.Sequential(
            nn.Conv2d(3, first, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(first, second, 5, padding=2),
            nn.BatchNorm2d(second),
            nn.LeakyReLU(0.2),
            nn.Conv2d(second, third, 5, padding=2),
            nn.BatchNorm2d(third),
            nn.LeakyReLU(0.2),
            nn.Conv2d(third, 1, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, H, W) in [0, 1] to judgements (B, 1, H, W) without bounds, high where it looks real."""
        judged: Tensor = self.layers(image)
        return judged
