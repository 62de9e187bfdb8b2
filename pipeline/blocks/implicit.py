"""Local implicit image functions: what stands at any point, of the feature maps around it.

Chen, Liu, Wang, "Learning Continuous Image Representation with Local Implicit Image Function", CVPR 2021,
arXiv:2012.09161, section 3. Coordinates are in LR pixels; the authors' reach from -1 to 1 over an image, and are
multiplied by its sides, so that theirs of a distance is twice ours, and so is what the perceptron is handed.
"""

from __future__ import annotations

from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor, nn

POINTS = 30_000
"""Points that are worked on at once, as in the authors' code: memory does not grow with the image."""
_LEAST = 1e-9
"""What is added to an area, as in the authors' code: two points that coincide divide by no zero."""


class ImplicitFunction(nn.Module):
    """A perceptron that reads the features next to a point, where it lies from there, and how large a pixel is.

    Its first layer is linear in the features, and therefore run on the feature maps as a convolution, before what is
    made of them is fetched for every point: the same sums, a fraction of the products.

    Args:
        features: feature maps.
        width: of each hidden layer (paper: 256).
        hidden: how many there are (paper: 4).
        unfold: whether the features around a position, 3x3, count as its own.
        ensemble: whether the four nearest positions are asked, each weighing as much as the point is near to it; else
            the nearest.
        cell: whether the size of a pixel is read.
    """

    def __init__(self, features: int, width: int, hidden: int, unfold: bool, ensemble: bool, cell: bool) -> None:
        super().__init__()
        self.kernel = 3 if unfold else 1
        self.shifts = (-0.5, 0.5) if ensemble else (0.0,)
        self.cell = cell
        self.read = features * self.kernel**2
        self.first = nn.Linear(self.read + (4 if cell else 2), width)
        layers: list[nn.Module] = []
        for _ in range(hidden - 1):
            layers += [nn.ReLU(), nn.Linear(width, width)]
        self.others = nn.Sequential(*layers, nn.ReLU(), nn.Linear(width, 3))

    def forward(self, features: Tensor, coord: Tensor, cell: Tensor) -> Tensor:
        """Map features (B, C, h, w) to what stands at ``coord`` (B or 1, Q, R, 2): (B, 3, Q, R).

        Args:
            coord: rows and columns, in LR pixels from the edge.
            cell: (B or 1, 2), height and width of an HR pixel, in LR pixels.
        """
        count, rows, columns = len(features), coord.shape[1], coord.shape[2]
        places = coord.expand(count, -1, -1, -1).flatten(1, 2)
        weights = self.first.weight[:, : self.read].reshape(-1, features.shape[1], self.kernel, self.kernel)
        maps = F.conv2d(features, weights, self.first.bias, padding=self.kernel // 2)
        sizes = 2 * cell.expand(count, -1).to(torch.float32)
        most = max(1, POINTS // count)
        parts = [places[:, first : first + most] for first in range(0, rows * columns, most)]
        made = [self._made(maps, part, sizes) for part in parts]
        return torch.cat(made, dim=1).movedim(-1, 1).reshape(count, 3, rows, columns)

    def _made(self, maps: Tensor, places: Tensor, sizes: Tensor) -> Tensor:
        """Return what stands at ``places`` (B, N, 2), as (B, N, 3)."""
        near = [self._from(maps, places, sizes, torch.tensor(shift)) for shift in product(self.shifts, repeat=2)]
        areas = [area for _, area in reversed(near)]  # that of the rectangle on the other side of the point
        total = torch.stack(areas).sum(0)
        shares = [made * (area / total) for (made, _), area in zip(near, areas, strict=True)]
        return torch.stack(shares).sum(0)

    def _from(self, maps: Tensor, places: Tensor, sizes: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
        """Return what a neighbour makes of ``places``, and the area of the rectangle between it and each of them."""
        height, width = maps.shape[2:]
        last = places.new_tensor([height - 1, width - 1])
        position = (places + shift.to(places)).floor().clamp(min=torch.zeros_like(last), max=last)
        away = (2 * (places - position - 0.5)).to(torch.float32)
        index = (position[..., 0] * width + position[..., 1]).long()
        own = maps.flatten(2).gather(2, index[:, None].expand(-1, maps.shape[1], -1)).movedim(1, 2)
        said = torch.cat([away, sizes[:, None].expand_as(away)], dim=-1) if self.cell else away
        made = self.others(own + F.linear(said, self.first.weight[:, self.read :]))
        return made, away.prod(-1, keepdim=True).abs() + _LEAST
