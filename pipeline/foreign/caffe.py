"""Caffe's ``.caffemodel``: a protocol buffer, of which the blobs of the layers are read.

The numbers of the fields are those of github.com/BVLC/caffe, src/caffe/proto/caffe.proto. Layers of 2014 and before,
under another number, are read as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pipeline.errors import DataError

SCALARS = {"string": 9, "float": 2, "double": 1, "int32": 5, "int64": 3}
"""Protocol buffers' numbers for types."""
MESSAGE = 11
FIELDS: dict[str, dict[str, tuple[int, str, str]]] = {
    "Shape": {"dim": (1, "packed", "int64")},
    "Blob": {
        "num": (1, "one", "int32"),
        "channels": (2, "one", "int32"),
        "height": (3, "one", "int32"),
        "width": (4, "one", "int32"),
        "data": (5, "packed", "float"),
        "shape": (7, "one", "Shape"),
        "double_data": (8, "packed", "double"),
    },
    "Layer": {"name": (1, "one", "string"), "blobs": (7, "many", "Blob")},
    "LayerOf2014": {"name": (4, "one", "string"), "blobs": (6, "many", "Blob")},
    "Net": {"layers": (2, "many", "LayerOf2014"), "layer": (100, "many", "Layer")},
}
"""Messages, and of each field the number, how often it stands, and the type; what is not here is passed over."""


def read(path: Path) -> dict[str, dict[str, Tensor]]:
    """Return the blobs of each layer that has any, counted from 0, by the layer's name.

    Of a convolution 0 is the filters (made, read, height, width), 1 the biases; of a deconvolution the filters are
    (read, made, height, width), both as torch has them.

    Raises:
        DataError: the file cannot be read, or has no layers with weights.
    """
    from google.protobuf.message import DecodeError

    net = message("Net")
    try:
        net.ParseFromString(path.read_bytes())
        blobs = {each.name: {str(i): _tensor(blob) for i, blob in enumerate(each.blobs)} for each in _layers(net)}
    except (DecodeError, RuntimeError, ValueError, OSError) as error:
        raise DataError(f"{path}: is no .caffemodel that can be read ({' '.join(str(error).split())})") from None
    if not blobs:
        raise DataError(f"{path}: is no .caffemodel that can be read (no layer in it has weights)")
    return blobs


def _layers(net: Any) -> list[Any]:
    return [each for each in (*net.layers, *net.layer) if each.blobs]


def _tensor(blob: Any) -> Tensor:
    shape = list(blob.shape.dim) or [blob.num, blob.channels, blob.height, blob.width]
    return torch.tensor(list(blob.data) or list(blob.double_data), dtype=torch.float32).reshape(shape)


def message(name: str) -> Any:
    """Return an empty message of :data:`FIELDS`; the library is asked for only where one is wanted."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="caffemodel.proto", package="caffemodel", syntax="proto2")
    for message, fields in FIELDS.items():
        described = file.message_type.add(name=message)
        for field, (number, often, type_) in fields.items():
            one = described.field.add(name=field, number=number, label=1 if often == "one" else 3)
            if type_ in SCALARS:
                one.type = SCALARS[type_]
                one.options.packed = often == "packed"
            else:
                one.type, one.type_name = MESSAGE, f".caffemodel.{type_}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"caffemodel.{name}"))()
