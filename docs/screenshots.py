"""Takes pictures of MLflow's pages of the local store: ``python docs/screenshots.py FOLDER``.

It starts `mlflow server` on a free port of this machine, looks at the runs and the registry with Debian's chromium
(`CHROMIUM` names another one), and ends the server.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from mlflow import MlflowClient
from playwright.sync_api import Page, sync_playwright

SIZE = {"width": 1440, "height": 900}
SECONDS_TO_SETTLE = 6  # MLflow polls, so the network never falls silent
STORE = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "mlartifacts"]


@contextmanager
def server() -> Iterator[str]:
    """Serve the store of this checkout; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *STORE]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield ready(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def ready(address: str) -> str:
    """Wait for the server to answer."""
    for _ in range(120):
        try:
            requests.get(f"{address}/health", timeout=1)
        except requests.RequestException:
            time.sleep(0.5)
        else:
            return address
    raise SystemExit(f"{address}: does not answer")


def pages(address: str, task: str) -> dict[str, str]:
    """Return what to look at, by the name of its picture."""
    client = MlflowClient(address)
    experiment = client.get_experiment_by_name(task)
    champion = client.get_model_version_by_alias(task, "champion")
    assert experiment is not None
    home = f"{address}/#/experiments/{experiment.experiment_id}"
    return {
        "runs": f"{home}/runs",
        "chart": f"{home}/runs?compareRunsMode=CHART",
        "run": f"{home}/runs/{champion.run_id}",
        "samples": f"{home}/runs/{champion.run_id}/artifacts",
        "curves": f"{home}/runs/{champion.run_id}/model-metrics",
        "models": f"{home}/models",
        "registry": f"{address}/#/models",
        "task": f"{address}/#/models/{task}",
        "version": f"{address}/#/models/{task}/versions/{champion.version}",
    }


def shoot(page: Page, address: str, path: Path) -> None:
    """Take one picture, once the page has settled."""
    page.goto(address)
    time.sleep(SECONDS_TO_SETTLE)
    close = page.get_by_label("Close").locator("visible=true")
    if close.count():
        close.first.click()
    page.screenshot(path=path)


def main(folder: Path) -> None:
    """Take all pictures of the first task."""
    folder.mkdir(parents=True, exist_ok=True)
    with server() as address, sync_playwright() as playwright:
        task = MlflowClient(address).search_registered_models()[0].name
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        for name, each in pages(address, task).items():
            shoot(page, each, folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
