"""The tiny networks of the test parts, which stand in no room of the library."""

from collections.abc import Callable

import pytest
from torch import nn

from pipeline.learning import rivals
from tests.tinies import tiny as tiny_of
from tests.tinies import with_tinies


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], nn.Module]:
    """Return what builds a tiny network of scale 2 by its file's name; rivals may name tiny critics."""
    monkeypatch.setattr(rivals, "build", with_tinies())
    return lambda name: tiny_of(name, 2)
