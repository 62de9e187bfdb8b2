"""Jumps: from an image to one that is larger by two factors, and back as it was reduced."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.images.resize import resize
from pipeline.kinds import Fields, Network
from pipeline.learning.handing import Handing

Image = NDArray[np.float32]
Size = tuple[int, int]


@dataclass(frozen=True)
class Jump:
    """How images are enlarged and reduced, by MATLAB's bicubic or a network that has learnt how.

    Args:
        down: the factor of the height.
        right: the factor of the width.
        degrader: reduces by both factors, which are then its scale; None for bicubic.
    """

    down: float
    right: float
    degrader: Network | None = None

    def larger(self, image: Image) -> Size:
        """Return height and width of what ``image`` is enlarged to, rounded up."""
        return math.ceil(image.shape[0] * self.down), math.ceil(image.shape[1] * self.right)

    def fitted(self, father: Image) -> Image:
        """Return the part of ``father`` that whole factors divide, from its top left."""
        height, width = (
            side // int(factor) * int(factor) if factor == int(factor) and side >= factor else side
            for side, factor in zip(father.shape[:2], (self.down, self.right), strict=True)
        )
        return father[:height, :width]

    def reduced(self, image: Image) -> Image:
        """Return the son of ``image`` (H, W, C), nearest to its size divided by the factors."""
        if self.degrader is None:
            height, width = (
                max(1, round(side / factor))
                for side, factor in zip(image.shape[:2], (self.down, self.right), strict=True)
            )
            return resize(image, (height, width))
        device = next((each.device for each in self.degrader.parameters()), torch.device("cpu"))
        with torch.no_grad():
            lr = Handing(self.degrader, gives="lr")({"hr": field(image, device)})["lr"]
        return pixels(lr)

    def projected(self, enlarged: Image, image: Image, times: int) -> Image:
        """Return ``enlarged`` nearer to what is reduced to ``image``: what is missed is enlarged and added.

        Irani, Peleg, "Improving Resolution by Image Registration", CVGIP 1991.

        Args:
            times: how often.
        """
        for _ in range(times):
            missed = image - self._reduced_to(enlarged, image.shape[:2])
            enlarged = np.clip(enlarged + resize(missed, enlarged.shape[:2]), 0, 1)
        return enlarged

    def _reduced_to(self, image: Image, size: Size) -> Image:
        return resize(image, size) if self.degrader is None else self.reduced(image)


def field(image: Image, device: torch.device) -> torch.Tensor:
    """Return ``image`` (H, W, C) as a batch of one, (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None].to(device)


def pixels(batch: torch.Tensor) -> Image:
    """Return a batch of one, (1, C, H, W), as an image (H, W, C)."""
    image: Image = batch[0].detach().float().cpu().numpy().transpose(1, 2, 0)
    return np.ascontiguousarray(image)


def son(image: Image, size: Size, device: torch.device) -> Fields:
    """Return the fields that a network restores ``image`` from: itself, and enlarged to ``size`` by cubic."""
    return {"lr": field(image, device), "ilr": field(resize(image, size), device)}
