"""Files of MATLAB and Caffe: what is read is what was written, as torch lays it out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat
from torch import Tensor

from pipeline.errors import DataError
from pipeline.foreign import caffe
from pipeline.foreign.reading import tensors
from tests.foreign.files import caffemodel, dagnn_mat

HELD: dict[str, Tensor] = {
    "conv.weight": torch.arange(2 * 3 * 5 * 4.0).reshape(2, 3, 5, 4),
    "conv.bias": torch.tensor([0.5, -1.0]),
}


@pytest.mark.parametrize("fields", ["layer", "layers"])
@pytest.mark.parametrize("legacy", [False, True])
def test_blobs_of_caffe_are_read_of_either_age(tmp_path: Path, fields: str, legacy: bool) -> None:
    caffemodel(tmp_path / "a.caffemodel", HELD, fields, legacy)
    found = tensors(tmp_path / "a.caffemodel", ())

    assert ["conv.0", "conv.1"] == list(found)
    assert torch.equal(HELD["conv.weight"], found["conv.0"])
    assert torch.equal(HELD["conv.bias"], found["conv.1"].flatten())


def test_a_file_of_caffe_without_weights_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.caffemodel").write_bytes(caffe.message("Net").SerializeToString())

    with pytest.raises(DataError, match=r"a\.caffemodel: is no \.caffemodel .*\(no layer in it has weights\)$"):
        tensors(tmp_path / "a.caffemodel", ())


def test_blobs_whose_shape_does_not_fit_their_data_are_one_line(tmp_path: Path) -> None:
    net = caffe.message("Net")
    blob = net.layer.add(name="conv").blobs.add(data=[1.0, 2.0, 3.0])
    blob.shape.dim.extend([2, 2])
    (tmp_path / "a.caffemodel").write_bytes(net.SerializeToString())

    with pytest.raises(DataError, match=r"a\.caffemodel: is no \.caffemodel that can be read \([^\n]+\)$"):
        tensors(tmp_path / "a.caffemodel", ())


def test_parameters_of_matconvnet_have_their_names(tmp_path: Path) -> None:
    dagnn_mat(tmp_path / "a.mat", HELD)
    found = tensors(tmp_path / "a.mat", ("net.params",))

    assert ["conv_f", "conv_b"] == list(found)
    assert torch.equal(HELD["conv.weight"], found["conv_f"])


def test_a_filter_of_matlab_is_turned_not_mirrored(tmp_path: Path) -> None:
    """``filters(row, column)`` weighs the pixel that lies there in the window, in MatConvNet as in torch."""
    filters = np.zeros((3, 3), np.float32)
    filters[0, 2] = 1  # up and to the right
    savemat(tmp_path / "a.mat", {"only": filters})
    image = torch.arange(25.0).reshape(1, 1, 5, 5)
    made = torch.nn.functional.conv2d(image, tensors(tmp_path / "a.mat", ())["only"])

    assert torch.equal(image[..., 0:3, 2:5], made)


def test_a_file_of_matlab_that_holds_more_says_what(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"model": {"weight": np.zeros((3, 3)), "made": "by us"}})

    with pytest.raises(DataError, match=r"a\.mat: holds other things than tensors \(made\); is the layout another\?"):
        tensors(tmp_path / "a.mat", ("model",))


def test_the_first_place_that_the_file_has_is_looked_in(tmp_path: Path) -> None:
    torch.save({"b": {"c": {"x": torch.ones(1)}}, "d": {"x": torch.zeros(1)}}, tmp_path / "a.pth")

    assert 1 == tensors(tmp_path / "a.pth", ("a", "b.c", "d"))["x"]
