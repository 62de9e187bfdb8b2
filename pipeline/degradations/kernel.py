"""Blur by a kernel of the user's: a file in ``own/kernels/``, as authors publish them with their test images."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.bounds import KERNELS, KernelFile, ZeroOrMore
from pipeline.errors import DataError
from pipeline.images.colour import to_float, to_uint8
from pipeline.images.filtering import filtered
from pipeline.images.kernel_files import read_kernels
from pipeline.kinds import Drawn, Link, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Kernel"]


class Kernel(Link):
    """Filters with a kernel from a file, used as it is; its sum must be 1.

    It lies on a pixel with its middle, which on an even side is tap n // 2, counted from 0.

    Args:
        own: the folder of the user's own files.
        file: a ``.mat`` file up to MATLAB's ``-v7``, or a ``.npy`` file.
        variable: which variable of a ``.mat`` file; None where only one can be kernels.
        index: which kernel, from 0, where the file holds several: a cell array counted down its columns, the last
            dimension of a ``.mat``, the first of a ``.npy``. None draws one, each as likely.
        of: ``correlation``: the kernel is laid on the image as it is (ZSSR's code); ``convolution``: turned by half a
            turn about its middle (MATLAB's ``imfilter(..., 'conv')``, DPSR's test images).
        border: what lies beyond the edge: ``reflect`` mirrors without repeating the edge, ``symmetric`` repeats it.
        rounding: ``uint8``: from 8 bits to 8 bits, summed in double precision, rounded half up; ``none``: in float32.

    Raises:
        DataError: the file holds no kernel that can be used, or none of that ``variable`` or ``index``.
    """

    def __init__(
        self,
        own: Path,
        file: KernelFile,
        of: Literal["correlation", "convolution"],
        variable: str | None = None,
        index: ZeroOrMore | None = None,
        border: Literal["reflect", "symmetric", "replicate", "circular", "zero"] = "reflect",
        rounding: Literal["uint8", "none"] = "none",
    ) -> None:
        path = own / KERNELS / file
        kernels = read_kernels(path, variable)
        if index is not None and index >= len(kernels):
            raise DataError(f"{path}: `index` {index}: its kernels count from 0 to {len(kernels) - 1}")
        self.kernels = [each[::-1, ::-1].copy() for each in kernels] if of == "convolution" else kernels
        self.index = index
        self.border = border
        self.rounding = rounding

    def draw(self, rng: np.random.Generator, size: Size, target: Size) -> Drawn:
        """Decide which kernel; beside its number stands its digest, so that another file is another draw."""
        index = int(rng.integers(len(self.kernels))) if self.index is None else self.index
        return {"index": index, "sha256": hashlib.sha256(self.kernels[index].tobytes()).hexdigest()}

    def apply(self, image: NDArray[np.float32], drawn: Drawn) -> NDArray[np.float32]:
        """Filter ``image``."""
        kernel = self.kernels[drawn["index"]]
        if self.rounding == "none":
            return filtered(image, kernel, self.border)
        return to_float(filtered(to_uint8(image), kernel, self.border))

    def after(self, size: Size, drawn: Drawn) -> Size:
        """Return ``size``: it stays."""
        return size

    def told(self, drawn: Drawn) -> list[str]:
        """Tell which of the file's kernels."""
        return [f"kernel {drawn['index']}"]
