"""Children on a leash: they say what they say, and none outlives the process that started it, however that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import children
from flows.checkout import held
from flows.errors import TakenError
from tests.flows.stand import until

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = "import signal, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('here'); time.sleep(60)"
PARENT = """
import subprocess, sys, time
from flows.children import start
start(["sh", "-c", "sleep 60 & echo $!; wait"], subprocess.PIPE)
child = next(iter(__import__("flows.children").children.living))
sys.stdout.write(child.stdout.readline().decode()); sys.stdout.flush()
time.sleep(60)
"""
HOLDER = """
import os, signal, sys
from pathlib import Path
from flows.checkout import held
with held(Path(sys.argv[1]), "third"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_command_is_followed_line_by_line_to_its_exit_status() -> None:
    heard: list[str] = []
    found = children.followed(["sh", "-c", "echo one; echo two >&2; exit 3"], heard.append)

    assert (3, ["one", "two"]) == found
    assert ["one", "two"] == heard


def test_a_line_is_heard_when_it_comes_and_not_at_the_end() -> None:
    heard: list[float] = []
    children.followed(["sh", "-c", "echo one; sleep 1; echo two"], lambda _: heard.append(time.monotonic()))

    assert heard[1] - heard[0] > 0.5


def test_the_device_is_handed_on_unless_the_user_has_said_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SR_DEVICE", raising=False)
    heard: list[str] = []
    words = ["sh", "-c", "echo $SR_DEVICE"]

    assert (0, ["cuda:1"]) == children.followed(words, heard.append, "cuda:1")

    monkeypatch.setenv("SR_DEVICE", "cpu")

    assert (0, ["cpu"]) == children.followed(words, heard.append, "cuda:1")


@pytest.mark.slow
def test_a_child_that_ignores_an_interrupt_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "PATIENCE_SECONDS", 0.5)
    child = children.start([sys.executable, "-c", STUBBORN], subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    children.end_all()
    child.stdout.close()

    assert -signal.SIGKILL == child.returncode
    assert set() == children.living


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_parent_that_is_killed_takes_its_childrens_children_along() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    grandchild = int(parent.stdout.readline())
    assert alive(grandchild)
    parent.kill()
    parent.wait()
    parent.stdout.close()

    until(lambda: not alive(grandchild), 10, "the end of the grandchild")


@pytest.mark.slow
def test_a_checkout_is_held_by_one_run_and_tells_who_died_holding_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.checkout.PATIENCE_SECONDS", 0.0)
    lock = tmp_path / "build" / "lock"
    with held(lock, "first") as dead:
        assert [] == dead
        with pytest.raises(TakenError, match="first"), held(lock, "second"):
            pass
    with held(lock, "another") as dead:
        assert ["second"] == dead
    died = subprocess.run([sys.executable, "-c", HOLDER, str(lock)], cwd=ROOT, check=False)

    assert -signal.SIGKILL == died.returncode

    with held(lock, "fourth") as dead:
        assert ["third"] == dead
    with held(lock, "fifth") as dead:
        assert [] == dead
