"""The three convolutions of SRCNN, on any number of channels.

Dong, Loy, He, Tang, "Image Super-Resolution Using Deep Convolutional Networks", TPAMI 2016, arXiv:1501.00092.
"""

from __future__ import annotations

from torch import Tensor, nn


class ThreeLayers(nn.Module):
    """Patch extraction, non-linear mapping, reconstruction; a ReLU behind the first two, every convolution pads.

    Args:
        channels: of the image.
        kernels: sides of the three kernels in pixels of the enlarged image, odd.
        widths: feature maps after the first and the second convolution.
        deviation: standard deviation of the first weights, with biases of 0; None for torch's own.
    """

    def __init__(
        self, channels: int, kernels: tuple[int, int, int], widths: tuple[int, int], deviation: float | None
    ) -> None:
        super().__init__()
        extract, map_, reconstruct = kernels
        self.extract = nn.Conv2d(channels, widths[0], extract, padding=extract // 2)
        self.map = nn.Conv2d(widths[0], widths[1], map_, padding=map_ // 2)
        self.reconstruct = nn.Conv2d(widths[1], channels, reconstruct, padding=reconstruct // 2)
        if deviation is not None:
            for layer in (self.extract, self.map, self.reconstruct):
                nn.init.normal_(layer.weight, std=deviation)
                nn.init.zeros_(layer.get_parameter("bias"))

    def restored(self, image: Tensor) -> Tensor:
        """Map the enlarged ``image`` (B, C, H, W) to the same shape, both in [0, 1]."""
        features = self.map(self.extract(image).relu()).relu()
        restored: Tensor = self.reconstruct(features)
        return restored
