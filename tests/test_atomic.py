"""Files and folders that are written appear whole, or what stood there before stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline import atomic

FAULTS = [ValueError, OSError, KeyboardInterrupt, SystemExit]


def content(folder: Path) -> dict[str, str]:
    """Return every file below ``folder``, hidden ones too, with its text."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def write(path: Path, text: str | None, fault: type[BaseException]) -> None:
    """Begin a file with ``text``, or not even that, and fail."""
    with atomic.file(path) as partial:
        if text is not None:
            partial.write_text(text)
        raise fault("half way")


def make(path: Path, fault: type[BaseException]) -> None:
    """Begin a folder and fail."""
    with atomic.folder(path) as partial:
        (partial / "new").write_text("ne")
        raise fault("half way")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A place with a file ``file`` and a folder ``folder`` of an earlier run."""
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "old").write_text("old")
    (tmp_path / "file").write_text("old")
    return tmp_path


def test_a_written_file_replaces_the_old_one_and_leaves_nothing_beside_it(old: Path) -> None:
    with atomic.file(old / "file") as partial:
        partial.write_text("new")
        assert "old" == (old / "file").read_text()

    assert {"file": "new", "folder/deep/old": "old"} == content(old)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("begun", [True, False])
def test_a_file_that_fails_half_way_leaves_all_as_it_was(old: Path, fault: type[BaseException], begun: bool) -> None:
    before = content(old)

    with pytest.raises(fault):
        write(old / "file", "ne" if begun else None, fault)

    assert before == content(old)


def test_a_file_that_failed_at_first_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="half way"):
        write(tmp_path / "deep" / "file", "ne", ValueError)

    assert {} == content(tmp_path)


def test_a_file_is_on_the_disk_before_it_takes_its_place(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fsync(number: int) -> None:
        seen.append((os.fstat(number).st_size, (old / "file").read_text()))

    monkeypatch.setattr(os, "fsync", fsync)
    with atomic.file(old / "file") as partial:
        partial.write_text("newer")

    assert [(5, "old")] == seen


def test_text_is_written_as_utf_8_into_folders_that_are_made(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a" / "b" / "text", "µ\n")

    assert "µ\n".encode() == (tmp_path / "a" / "b" / "text").read_bytes()


def test_a_made_folder_replaces_the_old_one_with_all_that_was_in_it(old: Path) -> None:
    with atomic.folder(old / "folder") as partial:
        (partial / "new").write_text("new")
        assert "old" == (old / "folder" / "deep" / "old").read_text()

    assert {"file": "old", "folder/new": "new"} == content(old)
    assert {"file", "folder"} == {path.name for path in old.iterdir()}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_that_fails_half_way_leaves_all_as_it_was(old: Path, fault: type[BaseException]) -> None:
    before = content(old)

    with pytest.raises(fault):
        make(old / "folder", fault)

    assert before == content(old)
    assert {"file", "folder"} == {path.name for path in old.iterdir()}


def test_what_a_killed_run_left_is_no_part_of_the_next_folder(tmp_path: Path) -> None:
    with atomic.folder(tmp_path / "deep" / "folder") as partial:
        name = partial.name
    (tmp_path / "deep" / name).mkdir()
    (tmp_path / "deep" / name / "left").write_text("left")

    with atomic.folder(tmp_path / "deep" / "folder") as partial:
        (partial / "new").write_text("new")

    assert {"deep/folder/new": "new"} == content(tmp_path)
