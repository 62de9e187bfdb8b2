"""The runner: one line for a user's fault, no stage that outlives its parent, one holder of a lock."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from stages import lock
from tests.clones import ROOT, Clone

WHY = ("why", "train@image-x2", "--listed", "build/code", "--lock", "dvc.lock")


def fault(*words: str, options: tuple[str, ...] = ()) -> list[str]:
    """Run ``python -m stages``, which must fail; return the lines it said."""
    done = subprocess.run(
        [sys.executable, *options, "-m", "stages", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done
    return done.stderr.splitlines()


def test_an_unknown_verb_is_answered_with_the_known_ones() -> None:
    (line,) = fault("trian")

    assert "`trian` is none of" in line
    assert "check, " in line
    assert "guard" not in line


def test_a_missing_option_is_named() -> None:
    (line,) = fault("scratch")

    assert "usage: python -m stages scratch --out PATH; missing: ['out'], unknown: []" == line


def test_an_unknown_option_is_named() -> None:
    (line,) = fault("scratch", "--out", "x", "--into", "y")

    assert "unknown: ['into']" in line


def test_an_unknown_entry_is_answered_with_the_known_ones() -> None:
    (line,) = fault("fetch", "photos", "--own", "own", "--out", "x")

    assert "params.yaml: sources has no `photos`; choices: photos-train, photos-test" == line


def test_a_fault_of_the_project_names_what_a_report_needs() -> None:
    code = "import sys; from stages.__main__ import unexpected; sys.excepthook = unexpected; 1 / 0"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False).stderr

    assert "ZeroDivisionError: division by zero" in said.splitlines()
    assert re.search(r"please report it with all lines above. commit [0-9a-f]{40}.*, Python 3.*, torch 2", said)


def test_missing_packages_are_one_line_that_says_how_to_get_them() -> None:
    (line,) = fault("check", options=("-S",))

    assert line.startswith("missing packages: numpy")
    assert "make setup" in line


def test_a_stage_without_its_digest_file_says_how_to_make_it() -> None:
    (line,) = fault("fetch", "photos-train", "--code", "build/no/such", "--own", "own", "--out", "x")

    assert "build/no/such: not found; run `dvc repro fingerprint`" == line


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the signal of the parent's death is Linux's")
def test_a_stage_dies_with_its_parent(tmp_path: Path) -> None:
    child = tmp_path / "child"
    waits = f"""
import os, pathlib, time
from stages.watch import die_with
die_with(os.getppid())
pathlib.Path({str(child)!r}).write_text(str(os.getpid()))
time.sleep(60)
"""
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waits!r}])"
    parent = subprocess.Popen([sys.executable, "-c", starts], cwd=ROOT)
    while not (child.exists() and child.read_text()):
        time.sleep(0.02)
    pid = int(child.read_text())

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert _ends(pid)


def test_a_lock_is_held_by_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.0)
    key = tmp_path / "key.lock"

    with lock.held(key), pytest.raises(PipelineError, match="another process"), lock.held(key):
        pass
    with lock.held(key):
        assert key.exists()
        assert lock.is_held(key)
    assert not lock.is_held(key)


def test_a_lock_file_is_gone_when_its_holder_is_done(tmp_path: Path) -> None:
    with lock.held(tmp_path / "key.lock"):
        pass
    with pytest.raises(ZeroDivisionError), lock.held(tmp_path / "key.lock"):
        raise ZeroDivisionError

    assert [] == list(tmp_path.iterdir())


def test_a_lock_file_that_is_removed_while_it_is_opened_locks_nobody_out_or_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.0)
    key, take = tmp_path / "key.lock", fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", take)
        key.unlink()  # the holder is done, between the opening of the other one and its locking
        take(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with lock.held(key), pytest.raises(PipelineError, match="another process"), lock.held(key):
        pass


@pytest.mark.slow
def test_eight_processes_hold_a_lock_one_after_the_other(tmp_path: Path) -> None:
    code = f"""
import os, time
from pathlib import Path
from stages import lock
inside = Path({str(tmp_path)!r}) / "inside"
lock.time.sleep = lambda _: os.sched_yield()
for _ in range(200):
    with lock.held(inside.with_name("key.lock")):
        descriptor = os.open(inside, os.O_CREAT | os.O_EXCL)
        inside.unlink()
        os.close(descriptor)
"""
    runs = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(8)]

    assert [0] * 8 == [run.wait() for run in runs]
    assert [] == list(tmp_path.iterdir())


def test_the_disk_a_params_file_needs_is_told_beforehand(clone: Clone) -> None:
    said = clone.stages("disk").stderr

    assert "not counted, their content was never recorded: textures, clips, references, strangers" in said


def test_why_lists_the_files_behind_a_digest_and_marks_the_changed(clone: Clone) -> None:
    assert clone.stages("fingerprint", "--out", "build/code").returncode == 0
    clone.edit("pipeline/networks/tiny_image.py", "padding=1", "padding=2")

    said = clone.stages(*WHY).stdout.splitlines()

    assert "modules that train@image-x2 reaches, data files beside them, and settings:" == said[0]
    assert "* pipeline.networks.tiny_image" in said
    assert "* changed since the last `dvc repro fingerprint`" == said[-1]
    assert "  pipeline.losses.l1" in said
    assert not any("tiny_video" in line for line in said)


def test_why_names_the_data_and_the_params_that_a_stage_has_read_and_no_mark_where_nothing_changed(
    clone: Clone,
) -> None:
    assert clone.stages("fingerprint", "--out", "build/code").returncode == 0
    lock_file = """
stages:
  train@image-x2:
    deps: [{path: build/code/train-image-x2}, {path: data/pairs/textures-x2}, {path: models/scratch}]
    params: {params.yaml: {seed: 1, models.image-x2.training: {}}}
"""
    (clone.path / "dvc.lock").write_text(lock_file, encoding="utf-8")

    said = clone.stages(*WHY).stdout.splitlines()

    assert ["files: data/pairs/textures-x2, models/scratch", "params.yaml: seed, models.image-x2.training"] == said[-2:]
    assert not any("*" in line for line in said)


def _ends(pid: int) -> bool:
    """Tell whether the process ends within five seconds; a zombie has ended."""
    for _ in range(250):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False
