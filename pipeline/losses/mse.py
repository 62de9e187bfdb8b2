"""Mean squared error, the loss that PSNR measures (SRCNN, VDSR, ESPCN)."""

from torch import Tensor, nn

__all__ = ["MSE"]


class MSE(nn.Module):
    """The mean of (sr - hr) squared over all pixels and channels."""

    pixelwise = True

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (B, C, H, W) and ``hr`` of as many channels, or of one for all, in [0, 1]."""
        return (sr - hr).square().mean()
