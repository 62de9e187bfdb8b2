"""The colours that EDSR and its kin see: levels from 0 to 255 around the mean colour of DIV2K."""

from torch import Tensor, nn, tensor

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean RGB of the DIV2K training images, subtracted from the input and added to the output."""


class MeanShift(nn.Module):
    """Maps images in [0, 1] to levels without the mean colour, and back; nothing of it is learnt or saved."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", tensor(DIV2K_MEAN).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, h, w) in [0, 1] to levels, from -115 to 152."""
        return 255 * (image - self.get_buffer("mean"))

    def back(self, levels: Tensor) -> Tensor:
        """Map levels (B, 3, h, w) to an image in [0, 1]."""
        return levels / 255 + self.get_buffer("mean")
