"""Mean absolute error: sharper than squared error at equal PSNR, the usual loss since EDSR (CVPRW 2017)."""

from torch import Tensor, nn

__all__ = ["L1"]


class L1(nn.Module):
    """The mean of |sr - hr| over all pixels and channels."""

    pixelwise = True

    def forward(self, sr: Tensor, hr: Tensor) -> Tensor:
        """Return a 0-d tensor for ``sr`` (B, C, H, W) and ``hr`` of as many channels, or of one for all, in [0, 1]."""
        return (sr - hr).abs().mean()
