"""The colours that EDSR, CARN and their kin see: around the mean colour of DIV2K."""

from torch import Tensor, nn, tensor

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean RGB of the DIV2K training images, subtracted from the input and added to the output."""


class MeanShift(nn.Module):
    """Maps images in [0, 1] to levels without the mean colour, and back; nothing of it is learnt or saved.

    Args:
        peak: the level of white: EDSR's 255, CARN's 1.
    """

    def __init__(self, peak: float = 255) -> None:
        super().__init__()
        self.peak = peak
        self.register_buffer("mean", tensor(DIV2K_MEAN).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Map ``image`` (B, 3, h, w) in [0, 1] to levels, of peak 255 from -115 to 152."""
        return self.peak * (image - self.get_buffer("mean"))

    def back(self, levels: Tensor) -> Tensor:
        """Map levels (B, 3, h, w) to an image in [0, 1]."""
        return levels / self.peak + self.get_buffer("mean")
