"""DSGAN's critic: judges texture, place by place, without ever making the image smaller.

Fritsche, Gu, Timofte, "Frequency Separation for Real-World Super-Resolution", ICCVW 2019, arXiv:1911.07850;
the layers are those of the authors' code (manuelfritsche/real-world-sr). There it is shown the high
frequencies alone: that is for whoever shows it images to see to.
"""

from torch import Tensor, nn

from pipeline.bounds import OneOrMore, Positive

__all__ = ["DSGANCritic"]


class DSGANCritic(nn.Module):
    """Three convolutions of 5x5, of which two are normalised, and one of single pixels; sees 13x13 pixels.

    Real and made images pass apart, each normalised by statistics of its own: what is twice as strong is judged alike.
    So a degrader learns the pattern of noise from the published critic, but hardly its strength; without normalisation
    it learns both. High frequencies are then too faint to learn from (their deviation is about 0.02) without a gain.

    ``least`` is the side of the smallest image that it learns from: batch normalisation needs more than one place.

    Args:
        widths: feature maps of the three (paper: 64, 128, 256).
        normalised: whether batch normalisation follows the second and the third (paper: it does).
        gain: what the image, less 0.5, is multiplied by before the first; None: it is judged as it is (paper).
    """

    least = 2

    def __init__(
        self,
        widths: tuple[OneOrMore, OneOrMore, OneOrMore] = (64, 128, 256),
        normalised: bool = True,
        gain: Positive | None = None,
    ) -> None:
        super().__init__()
        self.gain = gain
        norm = nn.BatchNorm2d if normalised else nn.Identity
        first, second, third = widths
        self.layers = nn.Sequential(
            nn.Conv2d(3, first, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(first, second, 5, padding=2),
            norm(second),
            nn.LeakyReLU(0.2),
            nn.Conv2d(second, third, 5, padding=2),
            norm(third),
            nn.LeakyReLU(0.2),
            nn.Conv2d(third, 1, 1),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, H, W) in [0, 1] to judgements (B, 1, H, W) without bounds, high where it looks real."""
        judged: Tensor = self.layers(image if self.gain is None else self.gain * (image - 0.5))
        return judged
