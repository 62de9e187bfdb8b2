"""KernelGAN's discriminator: judges every 7x7 patch of an image on its own.

Bell-Kligler, Shocher, Irani, "Blind Super-Resolution Kernel Estimation using an Internal-GAN", NeurIPS 2019,
arXiv:1909.06581, section 3. The first weights are those of the authors' code (sefibk/KernelGAN).
"""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pipeline.bounds import OneOrMore, ZeroOrMore

__all__ = ["KernelCritic"]

SEEN = 7
"""Height and width of what one verdict is on, in pixels."""


class KernelCritic(nn.Module):
    """A 7x7 convolution, then 1x1 ones with batch normalisation, all with spectral normalisation, and a sigmoid.

    The sigmoid belongs to the critic, since the game is played on its values: the mean distance from 1 and from 0
    (least squares with ``norm: l1``). ``least`` is the side of the smallest image that it learns from: batch
    normalisation needs more than one verdict.

    Args:
        features: feature maps (paper: 64).
        layers: 1x1 convolutions between the first and the last (paper: 5).
    """

    def __init__(self, features: OneOrMore = 64, layers: ZeroOrMore = 5) -> None:
        super().__init__()
        self.least = SEEN + 1 if layers else SEEN
        self.first = _normalised(nn.Conv2d(3, features, SEEN))
        self.body = nn.Sequential(*[Judging(features) for _ in range(layers)])
        self.last = _normalised(nn.Conv2d(features, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, H, W) in [0, 1] to a verdict on each patch, (B, 1, H - 6, W - 6), in (0, 1)."""
        verdict: Tensor = self.last(self.body(self.first(2 * image - 1)))
        return verdict.sigmoid()


class Judging(nn.Sequential):
    """A 1x1 convolution, batch normalisation and a ReLU."""

    def __init__(self, features: int) -> None:
        norm = nn.BatchNorm2d(features)
        nn.init.normal_(norm.weight, 1.0, 0.02)
        super().__init__(_normalised(nn.Conv2d(features, features, 1)), norm, nn.ReLU())


def _normalised(layer: nn.Conv2d) -> nn.Module:
    """Return ``layer`` with its first weights and divided by its largest singular value."""
    nn.init.xavier_normal_(layer.weight, gain=0.1)
    nn.init.zeros_(layer.get_parameter("bias"))
    return spectral_norm(layer)
