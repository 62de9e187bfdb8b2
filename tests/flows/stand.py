"""A clone with services, deployments and a worker of its own; all of it is dead when the test process is."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.clones import Clone

PYTHON = (sys.executable, "-m")
SPY = """
import os, sys
from pathlib import Path

HOME = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None, b"localhost", os.uname().nodename)

def listen(event, arguments):
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host not in HOME:
        with Path(__file__).with_name("strangers").open("a") as file:
            file.write(f"{event} {host} {sys.argv}\\n")

sys.addaudithook(listen)
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for ``condition`` and return what it gives."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


def inside(path: Path) -> list[str]:
    """Return the commands of all living processes that work below ``path``; a zombie is dead."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            here = (folder / "cwd").resolve().is_relative_to(path.resolve())
        except OSError:
            continue
        if here and state not in "ZX":
            found.append(command)
    return found


@dataclass
class Stand:
    """A clone and its services."""

    clone: Clone
    port: int = field(default_factory=free_port)
    mlflow_port: int = field(default_factory=free_port)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "PREFECT_API_URL": self.url,
            "PREFECT_HOME": str(self.clone.path / ".prefect"),
            "DO_NOT_TRACK": "true",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        path = os.pathsep.join([str(self.clone.path / "build" / "spy"), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**self.clone.environment, **own, "PYTHONPATH": path}

    @property
    def strangers(self) -> Path:
        """The file that names all that was asked for outside of this machine."""
        return self.clone.path / "build" / "spy" / "strangers"

    def start(self, *words: str, **own: str) -> subprocess.Popen[bytes]:
        """Start a command that ends with this process; its output goes to a file in build/."""
        leash = [*PYTHON, "flows.leash", str(os.getpid()), *words]
        with (self.clone.path / "build" / f"{len(self.started)}.log").open("ab") as log:
            process = subprocess.Popen(
                leash,
                cwd=self.clone.path,
                env=self.environment | own,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    def said(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            words, cwd=self.clone.path, env=self.environment, capture_output=True, text=True, check=False
        )

    def must(self, *words: str) -> str:
        """Run a command that must end well, and return all it said."""
        done = self.said(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def api(self, path: str, body: object = None) -> Any:
        """Ask Prefect's server: POST with a body, GET without."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def answers(self, url: str) -> bool:
        """Tell whether something answers at ``url``."""
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def runs(self, **filters: object) -> list[dict[str, Any]]:
        """Return the flow runs, the newest first."""
        found: list[dict[str, Any]] = self.api(
            "flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 200, **filters}
        )
        return found

    def logs(self, run: str) -> list[str]:
        """Return the lines of a run's log, once no more come: they are sent in batches, the last after its end."""
        before, lines = None, self._logged(run)
        while lines != before:
            time.sleep(3)
            before, lines = lines, self._logged(run)
        return lines

    def _logged(self, run: str) -> list[str]:
        wanted = {"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC", "limit": 200}
        pages = (self.api("logs/filter", {**wanted, "offset": offset}) for offset in range(0, 2000, 200))
        return [entry["message"] for page in pages for entry in page]

    def work(self) -> subprocess.Popen[bytes]:
        """Start a worker as `make worker` does."""
        command = f"SR_WORKER=$$ exec {sys.executable} -m prefect worker start --pool checkout --type process"
        return self.start("/bin/sh", "-c", command)

    def deploy(self, cron: str | None) -> None:
        """Deploy as `make deploy` does, with a schedule or none."""
        path = self.clone.path / "prefect.yaml"
        config = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for deployment in config["deployments"]:
            scheduled = cron and deployment["name"] == "nightly"
            deployment["schedules"] = [{"cron": cron, "timezone": "UTC"}] if scheduled else []
        path.write_text(json.dumps(config), encoding="utf-8")
        self.must(*PYTHON, "flows.setup")
        self.must(*PYTHON, "prefect", "--no-prompt", "deploy", "--all")
        if not cron:  # an empty list leaves what was scheduled before
            self.must(*PYTHON, "prefect", "--no-prompt", "deployment", "schedule", "clear", "-y", "retrain/nightly")

    def ask(self, deployment: str, *words: str) -> str:
        """Ask for a run of a deployment, and return its id."""
        said = self.must(*PYTHON, "prefect", "deployment", "run", deployment, *words)
        found = re.search(r"UUID: ([0-9a-f-]{36})", said)
        assert found, said
        return found[1]

    def state(self, run: str) -> tuple[str, str]:
        """Return type and message of the state that a run is in."""
        state = self.api(f"flow_runs/{run}")["state"]
        return state["type"], state["message"] or ""

    def ended(self, run: str, seconds: float) -> tuple[str, str]:
        """Wait for the end of a run, and return type and message of its state."""

        def final() -> tuple[str, str] | None:
            found = self.state(run)
            return found if found[0] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        found: tuple[str, str] = until(final, seconds, "the end of the run")
        return found

    def end(self, process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
        """Signal a command with all that stands in its group, and wait for its end."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait()

    def change(self, model: str, **training: object) -> None:
        """Change the training of one model in params.yaml; ``rate`` is its optimizer's."""
        path = self.clone.path / "params.yaml"
        params = json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8"))))
        block = params["models"][model]["training"]
        if "rate" in training:
            block["recipe"]["optimizer"]["rate"] = training.pop("rate")
        block.update(training)
        path.write_text(json.dumps(params), encoding="utf-8")  # JSON is YAML


def trained(lines: list[str]) -> list[str]:
    """Return the models that a log says were trained."""
    return [line.split("train@")[1].rstrip("':") for line in lines if line.startswith("Running stage 'train@")]


@contextmanager
def standing(clone: Clone) -> Iterator[Stand]:
    """Give a clone a stand, and end at the end all that was started there."""
    stand = Stand(clone)
    stand.strangers.parent.mkdir(parents=True)
    (stand.strangers.parent / "sitecustomize.py").write_text(SPY, encoding="utf-8")
    try:
        yield stand
    finally:
        for process in stand.started:
            stand.end(process)
        until(lambda: not inside(clone.path), 45, "the end of all that was started")


@contextmanager
def served(clone: Clone) -> Iterator[Stand]:
    """Start a Prefect server in the clone."""
    with standing(clone) as stand:
        stand.start(*PYTHON, "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(stand.port))
        until(lambda: stand.answers(f"{stand.url}/health"), 90, "Prefect's server")
        yield stand
