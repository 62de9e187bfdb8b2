"""Where MLflow is, and whether it answers: a server, or a file in the checkout."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from requests import RequestException
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import PipelineError

URI = "MLFLOW_TRACKING_URI"
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Little patience with a server that does not answer, and no chatter; what the user has set himself holds."""
NOISY = ("mlflow", "alembic", "urllib3")


class TrackingError(PipelineError):
    """MLflow does not answer, or refuses."""


@dataclass(frozen=True)
class Store:
    """An MLflow that may answer.

    Args:
        client: the way to it.
        address: where it is.
        artifacts: the folder for artefacts; None where the server keeps them.
    """

    client: MlflowClient
    address: str
    artifacts: Path | None

    @property
    def name(self) -> str:
        """The address without a password."""
        return re.sub(r"//[^/@]*@", "//", self.address)

    @contextmanager
    def answering(self) -> Iterator[MlflowClient]:
        """Yield the client; raise TrackingError in one line when MLflow fails inside the block."""
        try:
            with _the_one_in_use(self.address):
                yield self.client
        except (MlflowException, RequestException, SQLAlchemyError, OSError) as error:
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise TrackingError(f"MLflow at {self.name}: {_short(said)}") from error


def store_of(checkout: Path) -> Store:
    """Return MLflow at ``MLFLOW_TRACKING_URI``, or else in ``mlflow.db`` and ``mlartifacts`` of ``checkout``."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    uri = os.environ.get(URI) or f"sqlite:///{checkout.resolve() / 'mlflow.db'}"
    local = not uri.startswith(("http://", "https://", "databricks"))
    artifacts = checkout.resolve() / "mlartifacts" if local else None
    return Store(MlflowClient(uri), uri, artifacts)


@contextmanager
def _the_one_in_use(address: str) -> Iterator[None]:
    """Make ``address`` what MLflow's registry looks up logged models in, whatever client asks; it is a global."""
    before = os.environ.get(URI, "")
    mlflow.set_tracking_uri(address)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


def _short(said: str) -> str:
    """Return the reason at the end of a long chain of libraries' errors."""
    reason = re.search(r"\[Errno [^]]*\] [^'\")>]+|timed out|Name or service not known", said)
    return reason.group() if reason else said[:200]
