"""Fixtures: temporary clones of the working tree, with the test parts in their rooms."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest
import torch
from filelock import FileLock

from tests.clones import Clone, make_clone

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks the network for a newer version
hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is slow, not wrong
hypothesis.settings.load_profile("untimed")
torch.set_num_threads(1)  # on busy cores, waiting for each other, two threads take a hundred times longer


LONGEST = ("test_golden.py", "test_kills.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that no test process waits for another at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh clone, with nothing made yet."""
    return make_clone(tmp_path / "clone")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Clone:
    """A clone in which ``dvc repro`` has made everything, one for all test processes; tests only read or copy it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / f"made-{testrun_uid}"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "lock"):
        if not (shared / "clone").exists():
            clone = make_clone(shared / "half")
            clone.repro()
            clone.path.rename(shared / "clone")
    return Clone(shared / "clone")


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """An empty store of MLflow, which takes it seconds to make; one for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / f"blank-{testrun_uid}"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "lock"):
        if not (shared / "mlflow.db").exists():
            words = "import mlflow; mlflow.MlflowClient('sqlite:///half.db').search_experiments()"
            subprocess.run([sys.executable, "-c", words], cwd=shared, capture_output=True, check=True)
            (shared / "half.db").rename(shared / "mlflow.db")
    return shared / "mlflow.db"


@pytest.fixture
def copy(made: Clone, tmp_path: Path) -> Clone:
    """A copy of ``made`` that a test may change."""
    return Clone(shutil.copytree(made.path, tmp_path / "copy", symlinks=True))
