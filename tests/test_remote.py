"""What one clone has made and pushed, another pulls and need not make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clones import Clone

pytestmark = pytest.mark.slow


def test_what_was_pushed_is_pulled_and_nothing_runs(copy: Clone, tmp_path: Path) -> None:
    remote, other = tmp_path / "remote", Clone(tmp_path / "other")
    for words in (
        ("git", "add", "-A"),
        ("git", "commit", "-q", "-m", "results"),
        ("git", "clone", "-q", ".", other.path),
    ):
        assert copy.run(*map(str, words)).returncode == 0
    for clone in (copy, other):
        assert clone.run("dvc", "remote", "add", "--local", "-d", "shared", str(remote)).returncode == 0
    assert copy.run("dvc", "push").returncode == 0
    pulled = other.run("dvc", "pull")

    assert 0 == pulled.returncode, pulled.stderr
    assert [] == other.repro()
    assert "" == other.run("git", "status", "--porcelain").stdout
