"""The tiny networks of the test parts, which stand in no room of the library."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from torch import nn

PARTS = Path(__file__).parents[1] / "parts" / "networks"


@pytest.fixture
def tiny() -> Callable[[str], nn.Module]:
    """Return what builds a tiny network of scale 2 by its file's name."""

    def build(name: str) -> nn.Module:
        spec = spec_from_file_location(name, PARTS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        network: nn.Module = getattr(module, module.__all__[0])(2)
        return network

    return build
