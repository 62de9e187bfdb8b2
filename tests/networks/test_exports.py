"""What torch's compiler and ONNX make of every network that restores gives the same image."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from pipeline.fields import needs
from pipeline.kinds import Fields
from tests.nets import RESTORERS, small
from tests.networks.test_laws import LEARNABLE, fields, restored

pytestmark = [
    pytest.mark.prove,
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec.. is deprecated:FutureWarning"),  # torch's own
]


def assert_near(expected: Tensor, found: Tensor) -> None:
    """Two float32 images whose sums were added in another order."""
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", RESTORERS)
def test_inductor_gives_the_same(name: str) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    with torch.no_grad():
        plain = restored(network, batch)
        network.compile()
        compiled = restored(network, batch)

    assert_near(plain, compiled)


@pytest.mark.parametrize("name", LEARNABLE)
def test_onnx_gives_the_same(name: str, tmp_path: Path) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    with torch.no_grad():
        plain = restored(network, batch)

    assert_near(plain, through_onnx(network, batch, tmp_path / "network.onnx"))


def through_onnx(network: nn.Module, batch: Fields, file: Path) -> Tensor:
    """Return the first image that the exported ``network`` makes, ``sr`` or ``sr_y``; its scale is exported with it."""
    read = needs(network.forward)
    given = [batch[field] if batch[field].ndim else batch[field].item() for field in read]
    torch.onnx.export(network, tuple(given), file, input_names=read, dynamo=True)
    session = onnxruntime.InferenceSession(file)
    inputs = {each.name: batch[each.name].numpy() for each in session.get_inputs()}
    return torch.from_numpy(session.run(None, inputs)[0])
