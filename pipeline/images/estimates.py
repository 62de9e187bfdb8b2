"""Kernels that were estimated: composed for another scale, and compared with the true ones."""

import numpy as np

from pipeline.errors import ImageError
from pipeline.images.kernels import Kernel


def composed(kernel: Kernel) -> Kernel:
    """Return the kernel (3 k - 2, 3 k - 2) of the reduction by four that ``kernel`` (k, k) of x2, used twice, makes.

    k4 = k2 * (k2 with zeros between its weights): Bell-Kligler et al., "Blind Super-Resolution Kernel Estimation using
    an Internal-GAN", NeurIPS 2019, arXiv:1909.06581, supplement.
    """
    size = len(kernel)
    made = np.zeros((3 * size - 2, 3 * size - 2))
    for row, column in np.ndindex(kernel.shape):
        made[2 * row : 2 * row + size, 2 * column : 2 * column + size] += kernel[row, column] * kernel
    return made


def kernel_psnr(true: Kernel, estimated: Kernel) -> float:
    """Return the PSNR between two kernels in decibels: 10 log10(1 / their mean squared difference).

    So Liang, Zhang, Gu, Van Gool, Timofte, "Flow-based Kernel Prior with Application to Blind Super-Resolution", CVPR
    2021, arXiv:2103.15977, score KernelGAN (the peak is 1, whatever the kernel's largest weight; from their code,
    `calculate_psnr(is_kernel=True)`). KernelGAN's own paper prints none. The mean is over the grid of ``true``, so that
    numbers are comparable on one size of grid only; ``estimated`` is cut or filled up with zeros around its middle to
    that grid. Nothing is moved: an image does not tell where its kernel is centred, so give both the same centre.

    Args:
        true: (k, k), its sum 1.
        estimated: (m, m), its sum 1; m is odd where k is.

    Raises:
        ImageError: when one has a middle pixel and the other has none.
    """
    if (len(true) - len(estimated)) % 2:
        raise ImageError(
            f"kernels of {len(true)} and {len(estimated)} pixels share no middle; both must be odd, or even"
        )
    missed = float(np.mean((true - _on_grid(estimated, len(true))) ** 2))
    return float("inf") if missed == 0 else float(-10 * np.log10(missed))


def _on_grid(kernel: Kernel, size: int) -> Kernel:
    """Return ``kernel`` with a border of zeros, or without its own, as (size, size)."""
    more = max(size - len(kernel), 0) // 2
    less = max(len(kernel) - size, 0) // 2
    return np.pad(kernel, more)[less : less + size, less : less + size]
