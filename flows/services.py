"""``python -m flows.services``: Prefect's and MLflow's server in the foreground, until Ctrl-C or until one ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from flows.children import end, start

HOST = "127.0.0.1"
POLL_SECONDS = 0.5

log = logging.getLogger(__name__)


def prefect(port: int) -> list[str]:
    """Return the command of Prefect's server; its SQLite file lies in PREFECT_HOME."""
    return [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]


def mlflow(port: int) -> list[str]:
    """Return the command of MLflow's server, over the files that a run without a server uses as well."""
    store = os.environ.get("MLFLOW_BACKEND_STORE_URI", "sqlite:///mlflow.db")
    files = os.environ.get("MLFLOW_ARTIFACTS_DESTINATION", "mlartifacts")
    own = ["--backend-store-uri", store, "--artifacts-destination", files]
    return [sys.executable, "-m", "mlflow", "server", *own, "--host", HOST, "--port", str(port), "--workers", "1"]


def main(prefect_port: int, mlflow_port: int) -> int:
    """Start both, wait until one ends, and end the other; return 0 after Ctrl-C, 1 when a server ended by itself."""
    signal.signal(signal.SIGTERM, _interrupt)
    servers: dict[str, subprocess.Popen[bytes]] = {}
    gone: list[str] = []
    try:
        servers["Prefect"] = start(prefect(prefect_port))
        servers["MLflow"] = start(mlflow(mlflow_port))
        log.info("Prefect: http://%s:%d   MLflow: http://%s:%d", HOST, prefect_port, HOST, mlflow_port)
        while not gone:
            time.sleep(POLL_SECONDS)
            gone = [name for name, server in servers.items() if server.poll() is not None]
    except KeyboardInterrupt:
        log.info("ending both")
    finally:
        end(list(servers.values()))
    if gone:
        log.error("%s has ended by itself, and says above why; is its port taken?", " and ".join(gone))
    return int(bool(gone))


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
