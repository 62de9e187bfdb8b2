"""RED-Net: convolutions, as many transposed ones, and skips between those that mirror each other.

Mao, Shen, Yang, "Image Restoration Using Very Deep Convolutional Encoder-Decoder Networks with Symmetric Skip
Connections", NIPS 2016, arXiv:1603.09056.
"""

from itertools import pairwise

from torch import Tensor, nn

from pipeline.blocks.weights import he_normal
from pipeline.bounds import OneOrMore

__all__ = ["RED"]


class RED(nn.Module):
    """RED30; RED20 has 10 layers on each side, RED10 has 5 and ``step: null``. All keep the size throughout.

    What layer k of the encoder makes is added to what the decoder makes k layers before its end, in front of the ReLU
    there. The end itself is the input plus what the last layer makes, with no activation in front or behind: the
    residual has both signs (our choice; some ports have a ReLU behind).

    The width is 64 as in the text of the paper (unverified). The 4,131K parameters that later tables print are the
    weights without biases at a width of 128.

    Args:
        scale: HR pixels per LR pixel; the input is already enlarged by it. 1 for pairs registered at one size.
        layers: convolutions of the encoder, and of the decoder (paper: 15).
        features: feature maps.
        step: every so many layers of the encoder one is skipped from (paper: 2); None for no skips but the input's.
    """

    def __init__(
        self,
        scale: OneOrMore,
        layers: OneOrMore = 15,
        features: OneOrMore = 64,
        step: OneOrMore | None = 2,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.skips = set(range(step, layers, step)) if step else set()
        inwards = [*pairwise([1, *[features] * layers])]
        self.encode = nn.ModuleList(nn.Conv2d(outer, inner, 3, padding=1) for outer, inner in inwards)
        self.decode = nn.ModuleList(
            nn.ConvTranspose2d(inner, outer, 3, padding=1) for outer, inner in reversed(inwards)
        )
        he_normal(self)

    def forward(self, ilr_y: Tensor) -> dict[str, Tensor]:
        """Map ``ilr_y`` (B, 1, H, W) to ``sr_y`` of the same size, both in [0, 1]."""
        features, seen = ilr_y, [ilr_y]
        for layer in self.encode:
            features = layer(features).relu()
            seen.append(features)
        *hidden, last = self.decode
        for depth, layer in zip(range(len(hidden), 0, -1), hidden, strict=True):
            features = layer(features)
            features = (features + seen[depth] if depth in self.skips else features).relu()
        return {"sr_y": ilr_y + last(features)}
