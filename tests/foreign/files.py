"""Files of weights as others write them: by torch, by MATLAB, by Caffe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import savemat
from torch import Tensor

from pipeline.foreign import caffe

Held = Mapping[str, Tensor]
"""Tensors by the names their authors gave the layers, then ``.weight`` or ``.bias``."""


def of_matlab(tensor: Tensor) -> NDArray[np.float32]:
    """Return filters as (height, width, read, made), without the last axes where they are 1; biases as a row."""
    if tensor.ndim == 1:
        return tensor.numpy()[None]
    turned = tensor.permute(2, 3, 1, 0).numpy()
    while turned.ndim > 2 and turned.shape[-1] == 1:
        turned = turned[..., 0]
    return turned


def cells(arrays: list[NDArray[np.float32]]) -> NDArray[np.object_]:
    held = np.empty((1, len(arrays)), object)
    for place, each in enumerate(arrays):
        held[0, place] = each
    return held


def vdsr_mat(path: Path, held: Held) -> None:
    """Write ``model``, of which filters and biases are cells; a layer is called by its number."""
    layers = sorted({int(key.partition(".")[0]) for key in held})
    of = {leaf: cells([of_matlab(held[f"{layer}.{leaf}"]) for layer in layers]) for leaf in ("weight", "bias")}
    of["bias"] = cells([each.T for each in of["bias"].ravel()])  # columns
    savemat(path, {"model": of})


def dagnn_mat(path: Path, held: Held) -> None:
    """Write ``net`` as MatConvNet's DagNN does, with more beside the parameters."""
    ends = {"weight": "f", "bias": "b"}
    params = np.empty((1, len(held)), [("name", object), ("value", object), ("learningRate", object)])
    for place, (key, value) in enumerate(held.items()):
        owner, _, leaf = key.rpartition(".")
        params[0, place] = (f"{owner}_{ends[leaf]}", of_matlab(value), 1.0)
    savemat(path, {"net": {"params": params, "meta": {"epoch": 3.0}}, "stats": np.zeros(2)})


def caffemodel(path: Path, held: Held, fields: str = "layer", legacy: bool = False) -> None:
    """Write a network of Caffe: the biases of a layer are the blob behind its filters."""
    net = caffe.message("Net")
    layers: dict[str, list[Tensor]] = {}
    for key, value in held.items():
        layers.setdefault(key.rpartition(".")[0], []).append(value)
    getattr(net, fields).add(name="relu")  # it has no weights
    for name, blobs in layers.items():
        layer = getattr(net, fields).add(name=name)
        for tensor in blobs:
            blob = layer.blobs.add(data=tensor.flatten().tolist())
            if legacy:
                shape = [1] * (4 - tensor.ndim) + list(tensor.shape)
                blob.num, blob.channels, blob.height, blob.width = shape
            else:
                blob.shape.dim.extend(tensor.shape)
    path.write_bytes(net.SerializeToString())


def torch_file(inside: tuple[str, ...]) -> Callable[[Path, Held], None]:
    """Return who writes the tensors as torch does, below the first key of ``inside``."""
    return lambda path, held: torch.save({inside[0]: dict(held)} if inside else dict(held), path)


WRITERS: dict[str, tuple[str, Callable[[Path, Held], None]]] = {
    "vdsr_matconvnet": ("weights.mat", vdsr_mat),
    "lapsrn_matconvnet": ("weights.mat", dagnn_mat),
    "idn_caffe": ("weights.caffemodel", caffemodel),
}
"""By their layout the name of a file and who writes it; the others are torch's."""
