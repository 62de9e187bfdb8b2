"""VGG-19: the features that content and texture are compared by.

Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv:1409.1556,
configuration E, learnt on ImageNet; the weights, and the names of the weights, are torchvision's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.archives.packing import Archive
from pipeline.errors import LearningError
from pipeline.features.weights import weights
from pipeline.kinds import Store

BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Feature maps and convolutions of each block; a pooling follows it."""
LAYERS = tuple(
    name
    for block, (_, convolutions) in enumerate(BLOCKS, 1)
    for name in (
        *(f"{kind}{block}_{number}" for number in range(1, convolutions + 1) for kind in ("conv", "relu")),
        f"pool{block}",
    )
)
"""The layers in their order: the position is torchvision's number. ``conv5_4`` is before the activation."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's RGB images in [0, 1]: what goes in has this mean taken off and is divided by this deviation."""

FULL = Archive(
    "vgg19-dcbb9e9d.pth",
    ("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",),
    "sha256:dcbb9e9d",
    "torchvision's `VGG19_Weights.IMAGENET1K_V1`; the sum begins with the digits of the name",
)
"""All of the network, with the classifier that is not used here."""
SHALLOW = Archive(
    "vgg19-conv1_1-conv3_1.pth",
    (),
    "sha256:04beb56b51534cb5ba112840539948e89e8ee6664add21855957773ada6fe05b",
    "VGGMOD.pth of xyc2690/SRNTT_Pytorch at 6a5e1b508c",
    2_223_090,
)
"""The first five convolutions, under their names in the paper: 2 MB. Taken to be torchvision's: the first kernel is, as
far as it was printed; the rest could not be compared."""
SHALLOW_END = "relu3_1"
"""The deepest layer for which ``SHALLOW`` is enough."""


class VGG19(nn.Module):
    """The layers up to the deepest that is asked for: always in eval mode, never learning.

    Args:
        layers: the names of the wanted layers.
        tensors: the weights, ``features.0.weight`` and so on; deeper ones are not looked at.
    """

    def __init__(self, layers: Iterable[str], tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.end = max(LAYERS.index(layer) for layer in self.layers)
        with torch.device("meta"):  # initial weights would take time, and chance from whoever learns
            self.features = nn.Sequential(*_layers()[: self.end + 1])
        self.load_state_dict({key: tensors[key] for key in self.state_dict()}, assign=True)
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> VGG19:
        """Stay in eval mode, whatever ``mode`` says."""
        return super().train(False)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Map ``image`` (B, 3, H, W), RGB in [0, 1], to the wanted features by layer, (B, C, H / 2**n, W / 2**n).

        Raises:
            LearningError: a pooling would leave nothing of the image.
        """
        deepest, (height, width) = LAYERS[self.end], image.shape[-2:]
        least = 2 ** sum(name.startswith("pool") for name in LAYERS[: self.end + 1])
        if min(height, width) < least:
            raise LearningError(
                f"the layer `{deepest}` of VGG-19 needs at least {least}x{least} pixels, the image has "
                f"{height}x{width}; enlarge `patch`, or take a layer before it"
            )
        features = (image - self.get_buffer("mean")) / self.get_buffer("deviation")
        found = {}
        for layer, name in zip(self.features, LAYERS, strict=False):
            features = layer(features)
            if name in self.layers:
                found[name] = features
        return found


class Features:
    """Features of images by a VGG-19 that is had when the first image comes.

    It is no module, and its network no part of one: whatever holds it saves, moves and counts its own weights alone.

    Args:
        layers: the wanted layers.
        store: where the weights are had; None where nothing may be compared (a model that only restores).
    """

    def __init__(self, layers: Iterable[str], store: Store | None) -> None:
        self.layers = tuple(layers)
        self.store = store
        self.network: VGG19 | None = None

    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        """Return the features of ``image`` (..., 3, H, W) in [0, 1], by layer, the leading dimensions as one."""
        if self.network is None:
            self.network = vgg19(self.layers, self.store)
        return self.network.to(image.device)(image.reshape(-1, *image.shape[-3:]))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the network out: a copy has its own when it needs it."""
        return {**vars(self), "network": None}


def vgg19(layers: Iterable[str], store: Store | None) -> VGG19:
    """Return the network up to the deepest of ``layers``.

    Raises:
        SourceError: the weights cannot be had; the line says what to put where.
        LearningError: there is no store.
    """
    wanted = tuple(layers)
    deepest = max(wanted, key=LAYERS.index)
    if store is None:
        raise LearningError(
            f"the layer `{deepest}` of VGG-19 is asked for outside of a training, which alone has weights"
        )
    shallow = LAYERS.index(deepest) <= LAYERS.index(SHALLOW_END)
    files = [SHALLOW, FULL] if shallow else [FULL]
    return VGG19(wanted, _renamed(weights(files, store, f"the layer `{deepest}` of VGG-19")))


def _renamed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return ``conv1_1.weight`` as ``features.0.weight``, and what has torchvision's name already as it is."""
    names = {layer: f"features.{number}" for number, layer in enumerate(LAYERS)}
    split = {key: key.rpartition(".") for key in tensors}
    return {f"{names.get(layer, layer)}.{kind}": tensors[key] for key, (layer, _, kind) in split.items()}


def _layers() -> list[nn.Module]:
    made: list[nn.Module] = []
    read = 3
    for features, convolutions in BLOCKS:
        for _ in range(convolutions):
            made += [nn.Conv2d(read, features, 3, padding=1), nn.ReLU()]
            read = features
        made.append(nn.MaxPool2d(2))
    return made
