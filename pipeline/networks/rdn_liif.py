"""RDN-LIIF: the body of RDN, and an implicit function that restores any point by any scale.

Chen, Liu, Wang, "Learning Continuous Image Representation with Local Implicit Image Function", CVPR 2021,
arXiv:2012.09161.
"""

from torch import Tensor, nn

from pipeline.blocks.dense import DenseEncoder
from pipeline.blocks.implicit import ImplicitFunction
from pipeline.bounds import OneOrMore

__all__ = ["RDNLIIF"]


class RDNLIIF(nn.Module):
    """LIIF on RDN; it reads where it restores, and so has no scale of its own.

    Args:
        blocks: residual dense blocks of the encoder (paper: 16).
        layers: convolutions in each (paper: 8).
        growth: feature maps that each convolution makes (paper: 64).
        features: feature maps between the blocks (paper: 64).
        width: of the perceptron's hidden layers (paper: 256).
        hidden: how many there are (paper: 4).
        unfold: whether the 3x3 features around a position count as its own; off is the paper's "-u".
        ensemble: whether the four nearest positions are asked, not one; off is "-e".
        sees_cell: whether the size of a pixel is read; off is "-c".
    """

    def __init__(
        self,
        blocks: OneOrMore = 16,
        layers: OneOrMore = 8,
        growth: OneOrMore = 64,
        features: OneOrMore = 64,
        width: OneOrMore = 256,
        hidden: OneOrMore = 4,
        unfold: bool = True,
        ensemble: bool = True,
        sees_cell: bool = True,
    ) -> None:
        super().__init__()
        self.encoder = DenseEncoder(blocks, layers, growth, features)
        self.function = ImplicitFunction(features, width, hidden, unfold, ensemble, sees_cell)

    def forward(self, lr: Tensor, coord: Tensor, cell: Tensor) -> Tensor:
        """Map ``lr`` (B, 3, h, w) to what stands at ``coord`` (B or 1, Q, R, 2): (B, 3, Q, R), both in [0, 1]."""
        made: Tensor = self.function(self.encoder(2 * lr - 1), coord, cell)
        return (made + 1) / 2
