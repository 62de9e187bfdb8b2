"""Fixtures: temporary clones of the working tree, with the test parts in their rooms."""

from pathlib import Path

import pytest

from tests.clones import Clone, make_clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh clone, with nothing made yet."""
    return make_clone(tmp_path / "clone")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which ``dvc repro`` has made everything; tests only read it, or copy it."""
    clone = make_clone(tmp_path_factory.mktemp("made") / "clone")
    clone.repro()
    return clone
