"""What torch's compiler and ONNX make of every network that restores gives the same image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from pipeline.fields import needs
from tests.nets import RESTORERS, small
from tests.networks.test_laws import fields, restored

pytestmark = pytest.mark.prove

NEAR = {"rtol": 1e-4, "atol": 1e-5}
"""How near two float32 sums in another order must come."""


@pytest.mark.parametrize("name", RESTORERS)
def test_inductor_gives_the_same(name: str) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    with torch.no_grad():
        plain = restored(network, batch)
        network.compile()
        compiled = restored(network, batch)

    torch.testing.assert_close(compiled, plain, **NEAR)


@pytest.mark.parametrize("name", RESTORERS)
def test_onnx_gives_the_same(name: str, tmp_path: Path) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    file = tmp_path / "network.onnx"
    with torch.no_grad():
        plain = restored(network, batch)
    torch.onnx.export(
        network, tuple(batch[field] for field in needs(network.forward)), file, dynamo=True, verbose=False
    )
    session = onnxruntime.InferenceSession(file)
    given = {each.name: batch[each.name].numpy() for each in session.get_inputs()}
    outputs = dict(zip((each.name for each in session.get_outputs()), session.run(None, given), strict=True))

    assert any(each.shape == tuple(plain.shape) and np.allclose(each, plain, **NEAR) for each in outputs.values())
